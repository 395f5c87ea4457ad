"""Writes harmless model files with the libraries that really write them.   scanners-corpus.py FOLDER"""
import collections
import gzip
import io
import json
import os
import pickle
import struct
import sys
import warnings
import zipfile

os.environ["KERAS_BACKEND"] = "jax"
os.environ["OMP_NUM_THREADS"] = "1"
warnings.filterwarnings("ignore")
import numpy as np

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)


def at(name):
    return os.path.join(OUT, name)


def write(name, data):
    with open(at(name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def sklearn_files():
    import joblib
    from sklearn import cluster, compose, decomposition, discriminant_analysis, ensemble, feature_extraction, feature_selection, gaussian_process, impute, isotonic, kernel_ridge, linear_model, mixture, model_selection, multiclass, naive_bayes, neighbors, neural_network, pipeline, preprocessing, random_projection, svm, tree
    from sklearn.datasets import load_breast_cancer
    from sklearn.gaussian_process import kernels
    from sklearn.metrics import f1_score, make_scorer
    X, y = load_breast_cancer(return_X_y=True)
    X, y = np.abs(X[:120, :6]), y[:120]
    text = ["win a prize now", "meeting at noon", "cheap pills", "see you tomorrow"] * 30
    models = {
        "logistic": linear_model.LogisticRegression(max_iter=50), "ridge": linear_model.RidgeCV(), "sgd": linear_model.SGDClassifier(), "lasso": linear_model.LassoCV(), "huber": linear_model.HuberRegressor(), "perceptron": linear_model.Perceptron(),
        "forest": ensemble.RandomForestClassifier(8), "extra-trees": ensemble.ExtraTreesRegressor(5), "isolation": ensemble.IsolationForest(n_estimators=10), "gradient": ensemble.GradientBoostingClassifier(n_estimators=5), "hist-gradient": ensemble.HistGradientBoostingClassifier(max_iter=5), "ada": ensemble.AdaBoostClassifier(n_estimators=3), "bagging": ensemble.BaggingClassifier(n_estimators=3),
        "stacking": ensemble.StackingClassifier([("a", tree.DecisionTreeClassifier(max_depth=2)), ("b", naive_bayes.GaussianNB())], cv=2), "voting": ensemble.VotingClassifier([("a", tree.DecisionTreeClassifier()), ("b", naive_bayes.GaussianNB())]),
        "svc": svm.SVC(probability=False), "svr": svm.SVR(), "one-class": svm.OneClassSVM(), "linear-svc": svm.LinearSVC(), "knn-kd": neighbors.KNeighborsClassifier(algorithm="kd_tree"), "knn-ball": neighbors.KNeighborsRegressor(algorithm="ball_tree"), "lof": neighbors.LocalOutlierFactor(novelty=True), "kde": neighbors.KernelDensity(),
        "tree": tree.DecisionTreeClassifier(), "mlp": neural_network.MLPClassifier((8,), max_iter=5), "gp": gaussian_process.GaussianProcessRegressor(kernels.RBF() + kernels.WhiteKernel()), "bayes": naive_bayes.MultinomialNB(), "lda": discriminant_analysis.LinearDiscriminantAnalysis(), "kmeans": cluster.KMeans(3, n_init=1), "dbscan": cluster.DBSCAN(), "birch": cluster.Birch(n_clusters=2), "gmm": mixture.GaussianMixture(2), "pca": decomposition.PCA(2), "nmf": decomposition.NMF(2, max_iter=20), "kernel-ridge": kernel_ridge.KernelRidge(),
        "one-vs-rest": multiclass.OneVsRestClassifier(linear_model.LogisticRegression(max_iter=20)), "projection": random_projection.SparseRandomProjection(3), "scaler": preprocessing.StandardScaler(), "quantile": preprocessing.QuantileTransformer(n_quantiles=10), "power": preprocessing.PowerTransformer(), "encoder": preprocessing.KBinsDiscretizer(3), "function": preprocessing.FunctionTransformer(np.log1p), "imputer": impute.SimpleImputer(), "knn-imputer": impute.KNNImputer(), "select": feature_selection.SelectKBest(feature_selection.f_classif, k=3), "rfe": feature_selection.RFE(tree.DecisionTreeClassifier(), n_features_to_select=2),
        "grid": model_selection.GridSearchCV(svm.SVC(), {"C": [1, 2]}, cv=2, scoring=make_scorer(f1_score)), "random-search": model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2, 3]}, n_iter=2, cv=2, random_state=0),
        "pipeline": pipeline.make_pipeline(preprocessing.MinMaxScaler(), decomposition.PCA(2), linear_model.LogisticRegression()), "columns": pipeline.make_pipeline(compose.ColumnTransformer([("n", preprocessing.StandardScaler(), [0, 1]), ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), [2])]), linear_model.LogisticRegression(max_iter=20)),
    }
    writers = [lambda m, n: pickle.dump(m, open(at(n + ".pkl"), "wb"), 4), lambda m, n: joblib.dump(m, at(n + ".joblib")), lambda m, n: pickle.dump(m, open(at(n + "-p2.pickle"), "wb"), 2), lambda m, n: joblib.dump(m, at(n + "-z.joblib"), compress=3), lambda m, n: pickle.dump(m, open(at(n + "-p5.pkl"), "wb"), 5)]
    for index, (name, model) in enumerate(models.items()):
        writers[index % len(writers)](model.fit(X, y), f"sklearn-{name}")
    pickle.dump(pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2)), naive_bayes.ComplementNB()).fit(text, [1, 0, 1, 0] * 30), open(at("sklearn-text-p0.pkl"), "wb"), 0)
    pickle.dump(isotonic.IsotonicRegression().fit(X[:, 0], y), open(at("sklearn-isotonic-p1.pkl"), "wb"), 1)
    pickle.dump(preprocessing.LabelEncoder().fit(["a", "b"]), open(at("sklearn-labels.pkl"), "wb"))
    big = {"weights": np.random.rand(1000, 50), "names": np.array(["a", None, 3], dtype=object), "model": models["forest"]}
    for method in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        joblib.dump(big, at(f"joblib-{method}.joblib"), compress=(method, 3))
    joblib.dump(big, at("joblib-plain.pkl"))
    return X, y, models


def booster_files(X, y):
    import lightgbm
    import xgboost
    model = xgboost.XGBClassifier(n_estimators=5, max_depth=3).fit(X, y)
    model.save_model(at("xgboost.json"))
    model.save_model(at("xgboost.ubj"))
    pickle.dump(model, open(at("xgboost.pkl"), "wb"))
    pickle.dump(model.get_booster(), open(at("xgboost-booster.pkl"), "wb"))
    light = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1).fit(X, y)
    light.booster_.save_model(at("lightgbm.txt"))
    write("lightgbm.json", json.dumps(light.booster_.dump_model()))
    pickle.dump(light, open(at("lightgbm.pkl"), "wb"))
    pickle.dump(light.booster_, open(at("lightgbm-booster.pkl"), "wb"))


def array_files():
    import pandas as pd
    import scipy.sparse as sp
    np.save(at("floats.npy"), np.random.rand(100, 10))
    np.save(at("fortran.npy"), np.asfortranarray(np.random.rand(10, 10)))
    np.save(at("texts.npy"), np.array(["ab", "cde"]))
    np.save(at("fields.npy"), np.zeros(3, dtype=[("a", "<f8"), ("b", "<i4", (2,)), ("c", "S5")]))
    np.save(at("objects.npy"), np.array([{"a": 1}, None, "x"], dtype=object))
    np.save(at("scalar.npy"), np.float32(3))
    np.savez(at("arrays.npz"), a=np.eye(3), b=np.arange(5))
    np.savez_compressed(at("arrays-compressed.npz"), a=np.zeros((500, 500)), b=np.array([1, "x"], dtype=object))
    sp.save_npz(at("sparse.npz"), sp.random(50, 50, 0.1, "csr"))
    pickle.dump(sp.random(50, 50, 0.1, "csc"), open(at("sparse.pkl"), "wb"))
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": pd.Categorical(["u", "v", "u"]), "d": pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01"])})
    frame.to_pickle(at("frame.pkl"))
    frame.to_pickle(at("frame.pkl.gz"))
    frame.set_index("b").groupby("c", observed=True).sum(numeric_only=True).to_pickle(at("grouped.pkl"))
    pickle.dump({"rng": np.random.default_rng(0), "state": np.random.RandomState(0), "masked": np.ma.array([1, 2], mask=[0, 1]), "when": __import__("datetime").datetime(2020, 1, 1), "set": {1, 2}, "counts": collections.Counter("abc"), "path": __import__("pathlib").PurePosixPath("/a"), "complex": 1 + 2j, "bytes": b"\x80\x04abc", "range": range(3), "deque": collections.deque([1])}, open(at("mixed.pkl"), "wb"), 2)
    pickle.dump([{"id": i, "text": f"word{i}", "score": i / 7} for i in range(2000)], open(at("records.pkl"), "wb"), 4)
    pickle.dump({"vocabulary": {f"token{i}": i for i in range(30000)}}, gzip.open(at("vocabulary.pkl.gz"), "wb"))


def torch_zip(name, build, storages, protocol=2):
    """The format that torch.save writes: stored members, a pickle with persistent ids, raw storages."""
    with zipfile.ZipFile(at(name), "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("archive/data.pkl", build)
        archive.writestr("archive/byteorder", "little")
        for key, data in storages.items():
            archive.writestr(f"archive/data/{key}", data)
        archive.writestr("archive/version", "3\n")
        archive.writestr("archive/.data/serialization_id", "1" * 40)


def state_pickle(tensors, extra=b""):
    text = lambda value: b"X" + struct.pack("<I", len(value)) + value.encode()
    out = io.BytesIO()
    out.write(b"\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01(")
    for key, (name, shape, kind, count) in enumerate(tensors):
        stride, strides = 1, []
        for size in reversed(shape):
            strides.insert(0, stride)
            stride *= size
        numbers = lambda values: b"(" + b"".join(b"J" + struct.pack("<i", v) for v in values) + b"t"
        out.write(text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + f"ctorch\n{kind}\n".encode() + text(str(key)) + text("cpu") + b"J" + struct.pack("<i", count) + b"tQK\x00" + numbers(shape) + numbers(strides) + b"\x89ccollections\nOrderedDict\n)RtR")
    out.write(b"u" + extra + b".")
    return out.getvalue()


def torch_files():
    tensors = [("layer.weight", (4, 3), "FloatStorage", 12), ("layer.bias", (4,), "FloatStorage", 4), ("steps", (1,), "LongStorage", 1), ("half", (2, 2), "HalfStorage", 4)]
    sizes = {"FloatStorage": 4, "LongStorage": 8, "HalfStorage": 2}
    data = {str(i): os.urandom(count * sizes[kind]) for i, (_, _, kind, count) in enumerate(tensors)}
    for name in ("pytorch_model.bin", "weights.pt", "checkpoint.pth", "model.ckpt"):
        torch_zip(name, state_pickle(tensors), data)
    magic, version = pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2)
    system = pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}, 2)
    legacy = state_pickle(tensors).replace(b"tQK\x00", b"NtQK\x00")
    body = b"".join(struct.pack("<q", count) + data[str(i)] for i, (_, _, _, count) in enumerate(tensors))
    text = lambda value: b"X" + struct.pack("<I", len(value)) + value.encode()
    storage = magic + version + system + b"\x80\x02(" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") + text("cpu") + b"K\x02NtQ." + pickle.dumps(["0"], 2) + struct.pack("<q", 2) + bytes(8)
    write("tensor-by-pickle.pkl", b"\x80\x03ctorch._utils\n_rebuild_tensor_v2\n(ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(storage)) + storage + b"\x85RK\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR.")
    write("legacy.pth", magic + version + system + legacy + pickle.dumps([str(i) for i in range(len(tensors))], 2) + body)


def safetensors_files():
    from safetensors.numpy import save_file
    save_file({"a": np.random.rand(3, 4).astype("float32"), "b": np.arange(5)}, at("model.safetensors"), metadata={"format": "pt"})
    save_file({f"layer.{i}.weight": np.random.rand(8, 8).astype("float16") for i in range(50)}, at("many.safetensors"))
    save_file({"empty": np.zeros((0, 3), dtype="float32")}, at("empty-tensor.safetensors"))


TEMPLATE = "{%- if messages[0]['role'] == 'system' -%}{%- set system_message = messages[0]['content'] | trim + '\\n\\n' -%}{%- set messages = messages[1:] -%}{%- else -%}{%- set system_message = '' -%}{%- endif -%}{%- for message in messages -%}{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('Conversation roles must alternate') }}{%- endif -%}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}{%- endfor -%}{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}"
TOOLS = "{%- macro render(tool) -%}{{ tool.name ~ ': ' ~ (tool.parameters | tojson(indent=2)) }}{%- endmacro -%}{%- if not date_string is defined -%}{%- set date_string = strftime_now('%d %b %Y') -%}{%- endif -%}{%- set ns = namespace(last=-1, seen=false) -%}{%- for message in messages[::-1] -%}{%- set index = (messages|length - 1) - loop.index0 -%}{%- if message.role == 'user' and message.content is string and not(message.content.startswith('<tool>')) -%}{%- set ns.last = index -%}{%- endif -%}{%- endfor -%}{%- for tool in tools or [] -%}{{ render(tool) }}{%- endfor -%}{%- for key, value in (tools[0].items() if tools else []) -%}{{ key }}{%- endfor -%}{%- set content = messages[-1].content.split('</think>')[-1].lstrip('\\n') -%}{{ content | default('', true) | replace('a', 'b') | upper }}{%- generation -%}x{%- endgeneration -%}"


def gguf_files():
    import gguf
    for name, template in (("model.gguf", TEMPLATE), ("tools.gguf", TOOLS)):
        writer = gguf.GGUFWriter(at(name), "llama")
        writer.add_context_length(128)
        writer.add_block_count(1)
        writer.add_tokenizer_model("gpt2")
        writer.add_token_list([f"t{i}" for i in range(500)])
        writer.add_token_scores([0.0] * 500)
        writer.add_chat_template(template)
        writer.add_tensor("token_embd.weight", np.random.rand(32, 64).astype("float32"))
        writer.add_tensor("output.weight", np.random.rand(32, 64).astype("float16"))
        writer.add_tensor("quantised.weight", gguf.quants.quantize(np.random.rand(32, 64).astype("float32"), gguf.GGMLQuantizationType.Q8_0), raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def keras_files():
    import h5py
    import keras
    from keras import layers
    mlp = keras.Sequential([layers.Input((6,)), layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4)), layers.Dropout(0.2), layers.BatchNormalization(), layers.Dense(1, activation="sigmoid")])
    mlp.compile(optimizer=keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 100, 0.9)), loss="binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    image = keras.Input((16, 16, 3))
    hidden = layers.GlobalAveragePooling2D()(layers.add([layers.Conv2D(4, 3, padding="same")(image), layers.SeparableConv2D(4, 3, padding="same")(image)]))
    cnn = keras.Model(image, layers.Dense(3, activation=keras.activations.softmax)(layers.Concatenate()([hidden, hidden])))
    cnn.compile("sgd", keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    tokens = keras.Input((12,), dtype="int32")
    rnn = keras.Model(tokens, layers.Dense(2)(layers.Bidirectional(layers.LSTM(4))(layers.Embedding(50, 8, mask_zero=True)(tokens))))
    attention = keras.Input((5, 8))
    transformer = keras.Model(attention, layers.LayerNormalization()(layers.MultiHeadAttention(2, 4)(attention, attention) + attention * 2))
    for name, model in (("mlp", mlp), ("cnn", cnn), ("rnn", rnn), ("transformer", transformer)):
        model.save(at(f"keras-{name}.keras"))
        model.save(at(f"keras-{name}.h5"))
        model.save_weights(at(f"keras-{name}.weights.h5"))
        write(f"keras-{name}.json", model.to_json())
    with h5py.File(at("plain.hdf5"), "w") as file:
        file.create_dataset("x", data=np.random.rand(100, 20), compression="gzip", shuffle=True, chunks=(10, 20))
        file.create_group("g").attrs["note"] = "hello"
        file["g"].attrs["numbers"] = np.arange(5)
        file["names"] = ["a", "b"]


def onnx_files(models, X):
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from skl2onnx import to_onnx
    for name in ("logistic", "forest", "svc", "tree", "mlp", "kmeans", "pipeline", "gradient", "knn-kd", "pca", "bayes", "hist-gradient", "isolation", "gp", "scaler"):
        try:
            write(f"skl2onnx-{name}.onnx", to_onnx(models[name], X[:1].astype(np.float32)).SerializeToString())
        except Exception as error:  # a converter that does not know this version of a model
            print(f"not converted: {name}: {type(error).__name__}", file=sys.stderr)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weight = numpy_helper.from_array(np.random.rand(6, 3).astype("float32"), "w")
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["h"]), helper.make_node("Softmax", ["h"], ["y"])], "g", [value("x", [None, 6])], [value("y", [None, 3])], [weight])
    write("onnx-small.onnx", helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    branch = lambda op: helper.make_graph([helper.make_node(op, ["x"], ["b"])], op, [], [value("b", [None, 6])])
    graph = helper.make_graph([helper.make_node("ReduceSum", ["x"], ["s"], keepdims=0), helper.make_node("Greater", ["s", "zero"], ["c"]), helper.make_node("If", ["c"], ["y"], then_branch=branch("Relu"), else_branch=branch("Tanh"))], "g", [value("x", [None, 6])], [value("y", [None, 6])], [numpy_helper.from_array(np.float32(0), "zero")])
    write("onnx-if.onnx", helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    own = helper.make_function("own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 17)])
    graph = helper.make_graph([helper.make_node("Twice", ["x"], ["y"], domain="own")], "g", [value("x", [1])], [value("y", [1])])
    write("onnx-function.onnx", helper.make_model(graph, functions=[own], opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]).SerializeToString())
    big = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [value("x", [None, 6])], [value("y", [None, 3])], [weight])
    onnx.save(helper.make_model(big, opset_imports=[helper.make_opsetid("", 17)]), at("onnx-external.onnx"), save_as_external_data=True, location="onnx-external.onnx.data", size_threshold=0)


def document_files():
    write("config.json", json.dumps({"architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_size": 768, "id2label": {"0": "A"}, "transformers_version": "4.40.0", "torch_dtype": "float32", "_name_or_path": "/home/me/bert"}, indent=2))
    write("tokenizer_config.json", json.dumps({"tokenizer_class": "LlamaTokenizer", "chat_template": TEMPLATE, "added_tokens_decoder": {"0": {"content": "<unk>", "special": True}}}, indent=2))
    write("chat_template.jinja", TOOLS)
    write("generation_config.json", json.dumps({"bos_token_id": 1, "do_sample": True, "temperature": 0.6}))
    write("tokenizer.json", json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {f"t{i}": i for i in range(2000)}, "merges": [f"a b{i}" for i in range(100)]}}))
    write("model.safetensors.index.json", json.dumps({"metadata": {"total_size": 1}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}))
    write("modules.json", json.dumps([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]))
    write("model_index.json", json.dumps({"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0", "unet": ["diffusers", "UNet2DConditionModel"], "text_encoder": ["transformers", "CLIPTextModel"], "safety_checker": [None, None]}))
    write("vocab.txt", "\n".join(["[PAD]", "[UNK]", "cat", "dog", "Zürich", "(c)", "import"]) + "\n")
    write("merges.txt", "#version: 0.2\na b\nc d\n")
    write("README.md", "---\nlicense: apache-2.0\ntags:\n- text\n---\n# A model\n\n```python\nimport torch\nfrom transformers import AutoModel\nmodel = AutoModel.from_pretrained('x', trust_remote_code=False)\n```\n")
    write("data.csv", "a,b\n1,2\n3,4\n")
    write("MLmodel", "artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n    predict_fn: predict\n  sklearn:\n    code: null\n    pickled_model: model.pkl\nmlflow_version: 2.14.0\n")
    write("requirements.txt", "numpy==2.0.0\nscikit-learn>=1.4  # comment\nlightgbm[dask]\n")
    write("conda.yaml", "channels:\n- conda-forge\ndependencies:\n- python=3.11\n- pip<=24\n- pip:\n  - mlflow==2.14.0\nname: mlflow-env\n")
    write("params.yaml", "train:\n  rate: 0.1\n  layers: [1, 2]\n  note: 'wow! it works'\n")
    write("model.pmml", '<?xml version="1.0" encoding="UTF-8"?>\n<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/></PMML>\n')
    write("LICENSE", "Apache License\nVersion 2.0, January 2004\n")
    write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    with zipfile.ZipFile(at("bundle.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("config.json", "vocab.txt", "model.safetensors", "floats.npy", "sklearn-forest.pkl"):
            if os.path.exists(at(name)):
                archive.write(at(name), name)
    import tarfile
    with tarfile.open(at("bundle.tar.gz"), "w:gz") as archive:
        archive.add(at("config.json"), "config.json")
        archive.add(at("floats.npy"), "floats.npy")


X, y, models = sklearn_files()
booster_files(X, y)
array_files()
torch_files()
safetensors_files()
gguf_files()
onnx_files(models, X)
keras_files()
document_files()
print(len(os.listdir(OUT)))
