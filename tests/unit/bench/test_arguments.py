"""Which pictures a command of the bench reads, and what it says of them."""

from bench.arguments import over_pictures, parser_of


def chosen(*words):
    return parser_of("peers", "").parse_args([str(word) for word in words])


def test_dense_pages_are_drawn_with_their_truth_and_gone_afterwards(capsys):
    seen = []

    def measure(found):
        seen.extend(found)
        assert [(path.is_file(), path.with_suffix(".txt").is_file()) for path in found] == [(True, True)] * 2
        return 5

    assert over_pictures(chosen("--dense", 2, "--rounds", 3), ", one thread", measure) == 5
    assert [path.name for path in seen] == ["dense_1.png", "dense_2.png"]
    assert not any(path.exists() for path in seen)
    assert "pictures  2 dense pages, drawn, 3 rounds in turn, one thread\n" in capsys.readouterr().out


def test_a_folder_without_pictures_is_told_and_nothing_is_measured(tmp_path, capsys):
    assert over_pictures(chosen(tmp_path), "", lambda found: 0) == 2
    assert f"beside it in {tmp_path}." in capsys.readouterr().err
