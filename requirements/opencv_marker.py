"""Tell PaddleX that the headless build of OpenCV is here.

PaddleX looks for a distribution called opencv-contrib-python before it uses cv2. That build needs libGL, which a
server does not have; opencv-contrib-python-headless is the same version of the same modules without windows. This
writes the name, and nothing else, into site-packages, so that one build is downloaded and the check passes.
`pip uninstall opencv-contrib-python` takes it away again. Run with the Python of the environment; safe to repeat.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NAME = "opencv-contrib-python"
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: A name only. The cv2 package here comes from {name}-headless {version}.
Requires-Dist: {name}-headless =={version}
"""


def write_marker() -> Path | None:
    """Write the marker beside the headless build; None where a distribution of that name is there already."""
    try:
        distribution(NAME)
        return None
    except PackageNotFoundError:
        pass
    headless = distribution(f"{NAME}-headless")
    folder = f"{NAME.replace('-', '_')}-{headless.version}.dist-info"
    path = Path(headless.locate_file(folder))
    path.mkdir(exist_ok=True)
    (path / "METADATA").write_text(METADATA.format(name=NAME, version=headless.version))
    (path / "INSTALLER").write_text("opencv_marker\n")
    (path / "RECORD").write_text("".join(f"{folder}/{name},,\n" for name in ("METADATA", "INSTALLER", "RECORD")))
    return path


if __name__ == "__main__":
    write_marker()
