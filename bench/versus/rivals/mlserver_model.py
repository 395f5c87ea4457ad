"""An MLServer runtime for an ONNX file, with MLServer's own codecs."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse
from onnx_model import OnnxModel


class Rival(MLModel):
    async def load(self) -> bool:
        self.onnx = OnnxModel(self.settings.parameters.uri)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        results = self.onnx.run({one.name: NumpyCodec.decode_input(one) for one in payload.inputs})
        outputs = [NumpyCodec.encode_output(name, value) for name, value in results.items()]
        return InferenceResponse(id=payload.id, model_name=self.name, outputs=outputs)
