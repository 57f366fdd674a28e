"""Makes PaddleX accept the headless build of OpenCV.

PaddleX checks for a distribution named opencv-contrib-python before it uses cv2. That build needs libGL, which a server
does not have; opencv-contrib-python-headless contains the same modules without windows. This script writes metadata
with the required name, but no code, into site-packages, so that only one build is installed and the check passes.
`pip uninstall opencv-contrib-python` removes it. Run it with the Python of the environment; it is safe to repeat.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NAME = "opencv-contrib-python"
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: Metadata only. The installed cv2 package comes from {name}-headless {version}.
Requires-Dist: {name}-headless =={version}
"""


def write_marker() -> Path | None:
    """Write the metadata beside the headless build. Returns None if a distribution of that name is installed."""
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
