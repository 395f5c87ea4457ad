"""An MLServer runtime that runs an ONNX file, so that a real MLServer serves the very file that is registered here."""
import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        self._session = onnxruntime.InferenceSession(self.settings.parameters.uri)
        self._outputs = [output.name for output in self._session.get_outputs()]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feed = {tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs}
        wanted = [output.name for output in payload.outputs or []] or self._outputs
        found = self._session.run(wanted, feed)
        outputs = [NumpyCodec.encode_output(name, np.asarray(value)) for name, value in zip(wanted, found)]
        return InferenceResponse(model_name=self.name, outputs=outputs)
