"""The exported network as an ONNX program: what torch does, step by step, in operators of ONNX."""
