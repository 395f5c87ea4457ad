"""Makes src/generated/keras-names.json: classes and functions that a Keras configuration may name, from the installed Keras.

Classes of the public namespaces that are built from plain configuration. Left out: what runs or loads outside things
(Lambda, TorchModuleWrapper, TFSMLayer, JaxLayer, FlaxLayer, file and pipeline tools). Usage: make-keras-names.py OUT.json
"""
import inspect
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "numpy"
import keras
from keras.src.ops.operation import Operation

NAMESPACES = ["layers", "models", "initializers", "optimizers", "optimizers.schedules", "losses", "metrics", "regularizers", "constraints", "activations", "dtype_policies", "random", "quantizers"]
FUNCTIONS = ["activations", "losses", "metrics", "initializers", "regularizers", "constraints"]
REFUSED = {"Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "get", "serialize", "deserialize", "clone_model", "load_model", "save_model", "model_from_json", "DTypePolicyMap"}
# Names that TensorFlow's Keras 2 wrote and Keras 3 no longer has.
LEGACY = "Functional Sequential Model BatchNormalizationV1 BatchNormalizationV2 CuDNNLSTM CuDNNGRU LSTMCell GRUCell SimpleRNNCell StackedRNNCells RNN ThresholdedReLU LocallyConnected1D LocallyConnected2D VarianceScaling GlorotUniform GlorotNormal HeNormal HeUniform LecunNormal LecunUniform Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal Orthogonal Identity L1 L2 L1L2 MaxNorm NonNeg UnitNorm MinMaxNorm Policy AdamW Ftrl Adam SGD RMSprop Adagrad Adadelta Adamax Nadam Lion Adafactor LossScaleOptimizer ExperimentalRunnerLayer DenseFeatures Merge Highway MaxoutDense InputLayer MeanIoU Mean Sum MeanMetricWrapper CategoryCrossing DTypePolicy FloatDTypePolicy QuantizedDTypePolicy".split()

classes = set(LEGACY)
functions = set()
for namespace in NAMESPACES:
    module = keras
    for part in namespace.split("."):
        module = getattr(module, part)
    for name, value in vars(module).items():
        if name in REFUSED or name.startswith("_"):
            continue
        if inspect.isclass(value):
            classes.add(name)
            classes.add(value.__name__)
        elif inspect.isfunction(value) and namespace in FUNCTIONS:
            functions.add(name)
            functions.add(value.__name__)


def subclasses(cls):
    for sub in cls.__subclasses__():
        yield sub
        yield from subclasses(sub)


from keras.src import ops
for sub in subclasses(Operation):
    if sub.__module__.startswith(("keras.src.ops", "keras.src.layers", "keras.src.random")) and sub.__name__ not in REFUSED:
        classes.add(sub.__name__)
functions |= {"linear", "relu", "softmax", "sigmoid", "tanh", "mse", "mae", "mape", "msle", "kld", "accuracy", "acc"}
json.dump({"classes": " ".join(sorted(classes - REFUSED)), "functions": " ".join(sorted(functions - REFUSED))}, open(sys.argv[1], "w"), indent=2)
open(sys.argv[1], "a").write("\n")
