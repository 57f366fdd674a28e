"""Every route of the application, with every kind of key that must not open it."""

import json
from io import BytesIO

import pytest

from app import create_app
from config import Settings
from middleware.foreign_interfaces import foreign_interfaces
from middleware.view_marks import Mark, marks_of
from services import keys
from services.accounts.access_key import digest
from tests.support.drawing import picture
from tests.support.jobs import Work

#: Routes that need no key of their own: they hold nothing of clients, or another secret protects them.
PUBLIC = {
    *("/", "/capabilities", "/docs", "/docs/swagger.js", "/docs/assets/<path:name>", "/redoc", "/openapi.json"),
    *("/errors/<string:slug>", "/metrics", "/health", "/health/ready", "/health/alive", "/health/ai"),
    *("/auth/register", "/ocr/uploads/events"),
    *("/api/v1/auth/register", "/api/v1/health", "/ocr-api/health", "/ocr-api/metrics"),
}
#: Signed addresses: of an upload, and of a searchable PDF. The status without a signature.
SIGNED = {
    ("PUT", "/ocr/uploads/<string:job_id>"): 400,
    ("GET", "/ocrspace/searchable/<string:job_id>.pdf"): 403,
}
SECRET_NAME = "payroll-of-ann.png"
EMAIL = "ann@private.example"
SETTINGS = {
    "OCR_RUNTIME": "null",
    "API_KEY_ENABLED": "true",
    "REGISTRATION": "open",
    "REGISTRATION_LIMIT": "1000",
    "RATE_LIMIT_ENABLED": "false",
    "FAILED_KEY_LIMIT": "100000",
    "LOG_LEVEL": "ERROR",
}


@pytest.fixture
def app(redis_server, redis, tmp_path, monkeypatch):
    for name, value in {**SETTINGS, "REDIS_URL": redis_server.url, "DATA_DIR": tmp_path}.items():
        monkeypatch.setenv(name, str(value))
    return create_app(Settings.from_env(tmp_path / "no.env"))


class Scene:
    """Ann, who has jobs of all kinds, and keys that must not see them."""

    def __init__(self, app, redis):
        self.app, self.http, self.work = app, app.test_client(), Work(redis)
        self.services = services = app.extensions["services"]
        self.ann = services.accounts.register(EMAIL, "Ann", "192.0.2.1")
        bob = services.accounts.create("bob@example.org", "Bob", "test", limits={"requests_per_minute": 0})
        self.keys = {
            "none": "",
            "unknown": "pocr_" + "0" * 49,
            "not a key": "hello",
            "revoked": self._key("revoked"),
            "expired": self._key("expired", expires_at=1.0),
            "replaced long ago": self._key("replaced"),
            "of a revoked account": self._account("revoked@example.org", "revoke"),
            "of a deleted account": self._account("deleted@example.org", "delete"),
            "not approved": self._pending(redis),
        }
        self.bob, self.bob_id = bob.secret, bob.account.id
        accounts = services.accounts
        self.read_only = accounts.add_key(self.ann.account.id, "test", "reader", ["read"]).secret
        self.submit_only = accounts.add_key(self.ann.account.id, "test", "writer", ["submit"]).secret
        self.jobs = self._jobs()
        self.batch = self.submit_batch(self.ann.secret)

    def _key(self, what, **options):
        accounts, account = self.services.accounts, self.ann.account.id
        new = accounts.add_key(account, "test", what, ["read", "submit", "admin"], **options)
        if what == "revoked":
            accounts.revoke_key(account, new.id, "test")
        if what == "replaced":
            accounts.replace_key(account, new.id)
            self.work.redis.client.execute_command("HSET", keys.ACCESS_KEY + digest(new.secret), "expires_at", "1")
        return new.secret

    def _account(self, email, end):
        new = self.services.accounts.create(email, "x", "test", scopes=["read", "submit", "admin"])
        if end == "delete":
            self.services.account_data.delete(new.account.id, "test")
        else:
            self.services.accounts.revoke(new.account.id, "test")
        return new.secret

    def _pending(self, redis):
        new = self.services.accounts.create("pending@example.org", "x", "test", scopes=["read", "submit", "admin"])
        redis.client.execute_command("HSET", keys.ACCOUNT + new.account.id, "status", "pending")
        return new.secret

    def _jobs(self):
        """Ids of a completed, a failed, a running and an announced job."""
        completed = self._submit(picture("one"))
        self.work.complete_next("the words of Ann")
        failed = self._submit(picture("two"))
        unit = self.work.take()
        error = {"code": "page_crashed", "title": "x", "detail": "the error of Ann"}
        self.work.unit_queue.fail(unit, self.work.store.get(failed), error, dead_letter=True)
        running = self._submit(picture("three"))
        announced = self.send("POST", "/ocr/uploads", self.ann.secret, json={"filename": SECRET_NAME, "file_size": 9})
        assert announced.status_code == 201, announced.text
        return [completed, failed, running, announced.json["job_id"]]

    def _submit(self, content, key=None, **headers):
        files = {"file": (BytesIO(content), SECRET_NAME)}
        response = self.send("POST", "/ocr/image", key or self.ann.secret, data=files, headers=headers)
        assert response.status_code == 202, response.text
        return response.json["job_id"]

    def submit_batch(self, key, *contents):
        """The id of a batch. By default its only file is the one whose result Ann has already."""
        files = [(BytesIO(content), SECRET_NAME) for content in contents or [picture("one")]]
        response = self.send("POST", "/ocr/batch", key, data={"files": files})
        assert response.status_code in (200, 202), response.text
        return response.json["batch_id"]

    def send(self, method, path, key, headers=(), **arguments):
        given = {"Authorization": f"Bearer {key}"} if key else {}
        return self.http.open(path, method=method, headers={**given, **dict(headers)}, **arguments)

    def routes(self):
        """(method, rule, view's marks) of the URL map."""
        for rule in self.app.url_map.iter_rules():
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule.rule, marks_of(self.app.view_functions[rule.endpoint])

    def paths(self, rule):
        """The rule for each of Ann's jobs."""
        values = {
            "model_id": "custom",
            "ocr_model": "mistral-ocr-latest",
            "account_id": self.ann.account.id,
            "key_id": self.ann.id,
            "slug": "x",
            "name": "x",
        }
        values["batch_id"] = self.batch
        for job in self.jobs if "job_id" in rule else self.jobs[:1]:
            path = rule
            for name, value in {**values, "job_id": job}.items():
                path = path.replace(f"<string:{name}>", value).replace(f"<path:{name}>", value)
            assert "<" not in path, f"no value for {rule}"
            yield path

    def reveals(self, response):
        text = response.get_data().decode(errors="replace")
        private = [*self.jobs, SECRET_NAME, EMAIL, "of Ann", self.ann.account.id]
        asked = response.request.path
        return [word for word in private if word in text and word not in asked]


@pytest.fixture
def scene(app, redis):
    return Scene(app, redis)


def body_of(rule, method):
    """A valid JSON body, so that a request is refused for its key alone."""
    bodies = {
        ("POST", "/ocr/uploads"): {"filename": "x.png", "file_size": 1},
        ("POST", "/auth/keys"): {"name": "x"},
        ("POST", "/admin/accounts"): {"email": "new@example.org", "name": "x"},
        ("PATCH", "/admin/accounts/<string:account_id>"): {"name": "x"},
        ("POST", "/admin/accounts/<string:account_id>/keys"): {"name": "x"},
    }
    body = bodies.get((method, rule))
    return {"json": body} if body else {}


def test_the_list_of_public_routes_is_complete(scene):
    """A new route is in the list on purpose, or a key protects it."""
    rules = {rule for _, rule, _ in scene.routes()}
    assert rules >= PUBLIC and len(rules) > 30
    for method, rule, marks in scene.routes():
        foreign = foreign_interfaces(scene.app).of(method, rule)
        protected = rule.startswith(("/ocr/", "/auth/")) or Mark.ADMIN in marks or foreign
        is_open = rule in PUBLIC or (method, rule) in SIGNED
        assert protected or is_open, f"{method} {rule} is neither public nor protected"


def test_no_route_opens_without_a_valid_key(scene):
    refused = 0
    for method, rule, _ in scene.routes():
        if rule in PUBLIC:
            continue
        wanted = {SIGNED.get((method, rule), 401)}
        for path in scene.paths(rule):
            for kind, key in scene.keys.items():
                response = scene.send(method, path, key, **body_of(rule, method))
                # Without ADMIN_TOKEN, /admin says that it is disabled to everything that is no key of an account.
                admin = rule.startswith("/admin/") and kind in ("none", "not a key")
                expected = {403} if admin else wanted
                assert response.status_code in expected, (method, path, kind, response.text)
                assert scene.reveals(response) == [], (method, path, kind)
                refused += 1
    assert refused > 200


def test_the_refusal_of_a_key_does_not_say_why(scene):
    """The bodies are the same for a key that existed and one that never did."""
    kinds = [kind for kind in scene.keys if kind not in ("none", "not a key")]
    texts = set()
    for kind in kinds:
        response = scene.send("GET", "/ocr/jobs", scene.keys[kind], headers={"X-Request-ID": "same"})
        headers = {name: value for name, value in response.headers if name != "Content-Length"}
        texts.add(json.dumps([response.status_code, response.get_data(as_text=True), sorted(headers.items())]))
    assert len(texts) == 1


def test_another_account_sees_nothing(scene):
    """404 for what is Ann's; what belongs to Bob himself is served."""
    for method, rule, marks in scene.routes():
        if rule in PUBLIC or (method, rule) in SIGNED or rule.endswith("/auth/revoke"):
            continue
        for path in scene.paths(rule):
            response = scene.send(method, path, scene.bob, **body_of(rule, method))
            assert scene.reveals(response) == [], (method, path, response.get_data())
            if Mark.ADMIN in marks:
                assert response.status_code == 403, (method, path)
            elif "_id" in rule:
                assert response.status_code == 404, (method, path, response.get_data())
    for job in scene.jobs:
        assert scene.services.job_store.get(job).owner == scene.ann.account.id, "nothing was cancelled or deleted"
    own = scene.send("GET", f"/ocr/batch/{scene.batch}/results", scene.ann.secret)
    assert (own.status_code, own.mimetype) == (200, "application/zip"), "the walk asked for a batch that exists"


def test_a_deleted_account_leaves_no_batch(scene, redis):
    """Batches hold the names of files. There are more keys than Redis returns at once."""
    for number in range(5):
        scene.submit_batch(scene.ann.secret, picture(f"batch {number}"), b"no picture")
    kept = scene.submit_batch(scene.bob, picture("of Bob"))
    redis.client.mset({f"{keys.BATCH}{number}": json.dumps({"owner": "other", "files": []}) for number in range(3000)})
    assert redis.client.exists(keys.BATCH + scene.batch)
    scene.services.account_data.delete(scene.ann.account.id, "test")
    left = {name: redis.client.get(name) for name in redis.client.keys(keys.BATCH + "*")}
    assert [name for name, stored in left.items() if scene.ann.account.id.encode() in stored] == []
    assert (keys.BATCH + kept).encode() in left and len(left) == 3001


def test_a_key_without_the_scope_is_refused(scene):
    for method, rule, marks in scene.routes():
        if rule in PUBLIC or (method, rule) in SIGNED:
            continue
        for path in scene.paths(rule):
            if Mark.ADMIN in marks:
                lacking = [scene.read_only, scene.submit_only, scene.ann.secret]
            else:
                lacking = [scene.submit_only if method == "GET" else scene.read_only]
            for key in lacking:
                response = scene.send(method, path, key, **body_of(rule, method))
                assert response.status_code == 403, (method, path, response.text)
                assert "forbidden" in response.text and scene.reveals(response) == []


def test_a_key_that_may_only_submit_cannot_wait_for_a_result(scene):
    for path in ("/ocr/predict", "/ocr/image?wait=5", "/ocr/batch?wait=5"):
        field = "files" if "batch" in path else "file"
        files = {field: (BytesIO(picture("one")), "x.png")}
        response = scene.send("POST", path, scene.submit_only, data=files)
        assert (response.status_code, response.json["code"]) == (403, "forbidden"), path
        assert scene.reveals(response) == []
    assert (
        scene.send("POST", "/ocr/uploads", scene.submit_only, json={"filename": "x", "file_size": 1}).status_code == 201
    )


def test_the_cache_and_idempotency_keys_are_of_one_account(scene):
    """The same bytes with the same Idempotency-Key are another job for another account."""
    mine = scene._submit(picture("one"), **{"Idempotency-Key": "k"})
    again = scene._submit(picture("one"), **{"Idempotency-Key": "k"})
    assert mine == again and scene.services.job_store.get(mine).cached
    other = scene._submit(picture("one"), scene.bob, **{"Idempotency-Key": "k"})
    record = scene.services.job_store.get(other)
    assert other != mine and not record.cached and not record.leader and record.owner == scene.bob_id


def test_a_scope_opens_the_administration(scene):
    admin = scene.services.accounts.create("root@example.org", "Root", "test", scopes=["admin"])
    listed = scene.send("GET", "/admin/accounts", admin.secret)
    assert listed.status_code == 200 and EMAIL in listed.text
    assert scene.send("GET", "/admin/dead-letters", admin.secret).json["total"] == 1
    assert scene.send("GET", "/ocr/jobs", admin.secret).status_code == 403


def test_an_upload_of_a_revoked_account_starts_no_job(scene):
    """The signed address of an announced upload outlives the key, but not the account."""
    content = picture("four")
    body = {"filename": "x.png", "file_size": len(content)}
    announced = scene.send("POST", "/ocr/uploads", scene.ann.secret, json=body).json
    scene.services.accounts.revoke(scene.ann.account.id, "test")
    sent = scene.http.put(announced["upload_url"].removeprefix("http://localhost"), data=content)
    assert (sent.status_code, sent.json["code"]) == (401, "unauthorized")
    assert scene.services.job_store.get(announced["job_id"]).status == "failed"
