"""Which images a benchmark uses, and its header."""

from bench.arguments import create_parser, run_on_images


def parse(*words):
    return create_parser("peers", "").parse_args([str(word) for word in words])


def test_dense_pages_are_generated_with_text_and_deleted_afterwards(capsys):
    used = []

    def measure(images):
        used.extend(images)
        assert [(path.is_file(), path.with_suffix(".txt").is_file()) for path in images] == [(True, True)] * 2
        return 5

    assert run_on_images(parse("--dense", 2, "--rounds", 3), ", one thread", measure) == 5
    assert [path.name for path in used] == ["dense_1.png", "dense_2.png"]
    assert not any(path.exists() for path in used)
    assert "images    2 generated dense pages, 3 rounds, one thread\n" in capsys.readouterr().out


def test_folder_without_images_is_an_error(tmp_path, capsys):
    assert run_on_images(parse(tmp_path), "", lambda images: 0) == 2
    assert f"found in {tmp_path}." in capsys.readouterr().err
