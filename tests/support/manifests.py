"""The manifests of k8s/ as `kubectl kustomize` renders them and as a kubelet interprets them."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from stress.harness import REPOSITORY

K8S = REPOSITORY / "k8s"


@cache
def render(folder: Path) -> Manifests:
    """The objects of one kustomization. Skips the test if kubectl is not installed."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed")
    rendered = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True)
    assert rendered.returncode == 0, rendered.stderr
    return Manifests(list(yaml.safe_load_all(rendered.stdout)))


class Manifests:
    """The objects of one kustomization. Names of generated objects can be given without the hash."""

    def __init__(self, objects: list[dict]) -> None:
        self.objects = objects

    def all(self, *kinds: str) -> list[dict]:
        return [found for found in self.objects if found["kind"] in kinds]

    def one(self, kind: str, name: str) -> dict:
        pattern = re.compile(re.escape(name) + "(-[a-z0-9]{10})?")
        (found,) = [found for found in self.all(kind) if pattern.fullmatch(found["metadata"]["name"])]
        return found

    def workloads(self) -> list[dict]:
        return self.all("Deployment", "StatefulSet")

    def workload(self, name: str) -> dict:
        (found,) = [found for found in self.workloads() if found["metadata"]["name"] == name]
        return found

    def pod(self, name: str) -> dict:
        return self.workload(name)["spec"]["template"]["spec"]

    def container(self, name: str) -> dict:
        (container,) = self.pod(name)["containers"]
        return container

    def settings(self) -> dict[str, str]:
        return self.one("ConfigMap", "ocr-settings")["data"]

    def secrets(self) -> dict[str, str]:
        encoded = self.one("Secret", "ocr-secrets")["data"]
        return {name: base64.b64decode(value).decode() for name, value in encoded.items()}

    def environment(self, name: str) -> dict[str, str]:
        """The environment variables of a container."""
        container = self.container(name)
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            found |= self.one("ConfigMap", source["configMapRef"]["name"])["data"]
        for variable in container.get("env", []):
            if reference := variable.get("valueFrom"):
                wanted = reference["secretKeyRef"]
                secret = self.one("Secret", wanted["name"])["data"]
                if wanted["key"] in secret or not wanted.get("optional"):
                    found[variable["name"]] = base64.b64decode(secret[wanted["key"]]).decode()
            else:
                found[variable["name"]] = expand(variable["value"], found)
        return found

    def arguments(self, name: str) -> list[str]:
        """The command line of a container, without the image's entry point."""
        variables = self.environment(name)
        return [expand(argument, variables) for argument in self.container(name)["args"]]


def expand(text: str, variables: dict[str, str]) -> str:
    """Substitute variables as a kubelet does: only those defined before are known."""
    return re.sub(r"\$\((\w+)\)", lambda found: variables[found[1]], text)


def selects(selector: dict, labels: dict[str, str]) -> bool:
    """Does a label selector match an object with these labels?"""
    expressions = [(e["key"], e["operator"], e.get("values", [])) for e in selector.get("matchExpressions", [])]
    assert {operator for _, operator, _ in expressions} <= {"In"}
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items()) and all(
        labels.get(key) in values for key, _, values in expressions
    )
