"""The parts of SVG that the diagram of a run and the picture of a state graph share."""
