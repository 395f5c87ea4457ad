"""Writes harmless ONNX files with the libraries that people use, for the graph lint.   graph-lint-corpus.py FOLDER"""
import pathlib
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType

warnings.filterwarnings("ignore")
out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(7)
X = rng.normal(size=(120, 6)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
Y3 = (np.digitize(X[:, 0], [-0.5, 0.5])).astype(int)
R = (X[:, 0] * 2 + X[:, 2]).astype(np.float32)


skipped = []


def save(name, model):
    (out / f"{name}.onnx").write_bytes(model.SerializeToString())


def attempt(name, make):
    try:
        save(name, make())
    except Exception as error:
        skipped.append(f"{name} ({type(error).__name__})")


def sklearn_models():
    from sklearn import (calibration, cluster, compose, cross_decomposition, decomposition, discriminant_analysis,
                         dummy, ensemble, feature_extraction, feature_selection, gaussian_process, impute, isotonic,
                         kernel_approximation, linear_model, mixture, multiclass, multioutput, naive_bayes, neighbors,
                         neural_network, pipeline, preprocessing, random_projection, svm, tree)
    classifiers = [
        linear_model.LogisticRegression(), linear_model.SGDClassifier(), linear_model.RidgeClassifier(),
        linear_model.Perceptron(), linear_model.PassiveAggressiveClassifier(), svm.LinearSVC(), svm.SVC(probability=True),
        svm.SVC(kernel="linear"), svm.NuSVC(nu=0.2), naive_bayes.GaussianNB(), tree.DecisionTreeClassifier(),
        tree.ExtraTreeClassifier(), ensemble.RandomForestClassifier(10), ensemble.ExtraTreesClassifier(10),
        ensemble.GradientBoostingClassifier(n_estimators=10), ensemble.HistGradientBoostingClassifier(max_iter=10),
        ensemble.AdaBoostClassifier(n_estimators=5), ensemble.BaggingClassifier(n_estimators=4),
        neighbors.KNeighborsClassifier(), neighbors.KNeighborsClassifier(weights="distance"),
        neighbors.RadiusNeighborsClassifier(radius=5), neighbors.NearestCentroid(), neural_network.MLPClassifier((8,), max_iter=50),
        neural_network.MLPClassifier((8, 8), activation="tanh", max_iter=50),
        discriminant_analysis.LinearDiscriminantAnalysis(), discriminant_analysis.QuadraticDiscriminantAnalysis(),
        calibration.CalibratedClassifierCV(linear_model.LogisticRegression(), cv=2),
        calibration.CalibratedClassifierCV(naive_bayes.GaussianNB(), method="isotonic", cv=2),
        multiclass.OneVsRestClassifier(linear_model.LogisticRegression()), multiclass.OneVsOneClassifier(linear_model.LogisticRegression()),
        multiclass.OutputCodeClassifier(linear_model.LogisticRegression()),
        ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())]),
        ensemble.VotingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier()), ("c", naive_bayes.GaussianNB())], voting="soft"),
        ensemble.StackingClassifier([("a", linear_model.LogisticRegression()), ("b", tree.DecisionTreeClassifier())]),
        ensemble.StackingClassifier([("a", naive_bayes.GaussianNB()), ("b", tree.DecisionTreeClassifier())], passthrough=True),
        gaussian_process.GaussianProcessClassifier(), dummy.DummyClassifier(),
    ]
    for at, model in enumerate(classifiers):
        for classes, target in (("2", Y), ("3", Y3)):
            for zipmap in (True, False):
                name = f"{type(model).__name__}-{at}-{classes}-{'map' if zipmap else 'array'}"

                def make(model=model, target=target, zipmap=zipmap):
                    fitted = model.fit(X, target)
                    return to_onnx(fitted, X[:1], options=None if zipmap else {id(fitted): {"zipmap": False}}, target_opset=18)
                attempt(f"sk-{name}", make)
    regressors = [
        linear_model.LinearRegression(), linear_model.Ridge(), linear_model.Lasso(), linear_model.ElasticNet(),
        linear_model.BayesianRidge(), linear_model.ARDRegression(), linear_model.HuberRegressor(), linear_model.TheilSenRegressor(),
        linear_model.RANSACRegressor(), linear_model.PoissonRegressor(), linear_model.TweedieRegressor(), linear_model.GammaRegressor(),
        linear_model.QuantileRegressor(), svm.SVR(), svm.LinearSVR(), svm.NuSVR(), tree.DecisionTreeRegressor(),
        ensemble.RandomForestRegressor(10), ensemble.GradientBoostingRegressor(n_estimators=10), ensemble.HistGradientBoostingRegressor(max_iter=10),
        ensemble.AdaBoostRegressor(n_estimators=5), ensemble.BaggingRegressor(n_estimators=4), ensemble.ExtraTreesRegressor(10),
        neighbors.KNeighborsRegressor(), neighbors.KNeighborsRegressor(weights="distance"), neighbors.RadiusNeighborsRegressor(radius=5),
        neural_network.MLPRegressor((8,), max_iter=50), gaussian_process.GaussianProcessRegressor(),
        ensemble.VotingRegressor([("a", linear_model.LinearRegression()), ("b", tree.DecisionTreeRegressor())]),
        ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor())], passthrough=True),
        multioutput.MultiOutputRegressor(linear_model.Ridge()), cross_decomposition.PLSRegression(2), dummy.DummyRegressor(),
        compose.TransformedTargetRegressor(linear_model.Ridge(), func=np.log1p, inverse_func=np.expm1),
    ]
    for at, model in enumerate(regressors):
        positive = np.abs(R) + 1
        target = np.stack([positive, R], 1) if type(model).__name__ == "MultiOutputRegressor" else positive
        attempt(f"sk-{type(model).__name__}-{at}", lambda model=model, target=target: to_onnx(model.fit(X, target), X[:1], target_opset=18))
    transformers = [
        preprocessing.StandardScaler(), preprocessing.MinMaxScaler(clip=True), preprocessing.RobustScaler(), preprocessing.Normalizer("l1"),
        preprocessing.Normalizer("l2"), preprocessing.Binarizer(threshold=0.3), preprocessing.KBinsDiscretizer(4, encode="onehot-dense"),
        preprocessing.KBinsDiscretizer(4, encode="ordinal"), preprocessing.PolynomialFeatures(2), preprocessing.PowerTransformer(),
        preprocessing.QuantileTransformer(n_quantiles=20), preprocessing.SplineTransformer(), preprocessing.FunctionTransformer(), impute.SimpleImputer(), impute.KNNImputer(),
        decomposition.PCA(3), decomposition.TruncatedSVD(3), decomposition.IncrementalPCA(3), decomposition.FastICA(3), decomposition.KernelPCA(3, kernel="rbf"),
        cluster.KMeans(4, n_init=2), cluster.MiniBatchKMeans(4, n_init=2), mixture.GaussianMixture(3), mixture.BayesianGaussianMixture(n_components=3),
        ensemble.IsolationForest(n_estimators=10), neighbors.LocalOutlierFactor(novelty=True), svm.OneClassSVM(), linear_model.SGDOneClassSVM(),
        feature_selection.SelectKBest(k=3), feature_selection.VarianceThreshold(), random_projection.GaussianRandomProjection(3),
        kernel_approximation.Nystroem(n_components=10), kernel_approximation.RBFSampler(n_components=10), neighbors.NeighborhoodComponentsAnalysis(2),
    ]
    for at, model in enumerate(transformers):
        attempt(f"sk-{type(model).__name__}-{at}", lambda model=model: to_onnx(model.fit(X, Y), X[:1], target_opset={"": 18, "ai.onnx.ml": 3}))
        attempt(f"sk-{type(model).__name__}-{at}-then-logistic", lambda model=model: to_onnx(
            pipeline.make_pipeline(model, linear_model.LogisticRegression()).fit(X, Y3), X[:1], target_opset={"": 18, "ai.onnx.ml": 3}))
    counts = np.abs(np.round(X * 2)).astype(np.float32)
    for model in (naive_bayes.BernoulliNB(binarize=0.5), naive_bayes.MultinomialNB(), naive_bayes.ComplementNB(), naive_bayes.CategoricalNB(min_categories=20)):
        attempt(f"sk-{type(model).__name__}", lambda model=model: to_onnx(model.fit(counts, Y), counts[:1], target_opset=18))
    mixed = compose.ColumnTransformer([
        ("n", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler()), ["a", "b"]),
        ("c", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["kind"]),
        ("o", preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["city"])])
    import pandas as pd
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "kind": rng.choice(["x", "y", "z"], 120), "city": rng.choice(["p", "q"], 120)})
    types = [("a", FloatTensorType([None, 1])), ("b", FloatTensorType([None, 1])), ("kind", StringTensorType([None, 1])), ("city", StringTensorType([None, 1]))]
    for model in (linear_model.LogisticRegression(), ensemble.RandomForestClassifier(10), neural_network.MLPClassifier((6,), max_iter=30), svm.SVC(), ensemble.GradientBoostingClassifier(n_estimators=5)):
        attempt(f"sk-columns-{type(model).__name__}", lambda model=model: to_onnx(
            pipeline.make_pipeline(mixed, model).fit(frame, Y), initial_types=types, target_opset=18))
    separate = [(f"f{i}", FloatTensorType([None, 1])) for i in range(3)]
    named = pd.DataFrame(X[:, :3], columns=["f0", "f1", "f2"])
    bins = compose.ColumnTransformer([("b", preprocessing.KBinsDiscretizer(3, encode="onehot-dense"), ["f0"]), ("k", "passthrough", ["f1", "f2"])])
    for model in (linear_model.LogisticRegression(), ensemble.RandomForestClassifier(5), neural_network.MLPClassifier((6,), max_iter=30)):
        attempt(f"sk-separate-{type(model).__name__}", lambda model=model: to_onnx(pipeline.make_pipeline(bins, model).fit(named, Y), initial_types=separate, target_opset=18))
    texts = np.array(["the cat sat", "a dog ran", "the dog sat", "cats and dogs"] * 10).reshape(-1, 1)
    labels = np.array([0, 1, 1, 0] * 10)
    for kind in (feature_extraction.text.TfidfVectorizer(), feature_extraction.text.CountVectorizer(ngram_range=(1, 2))):
        attempt(f"sk-text-{type(kind).__name__}", lambda kind=kind: to_onnx(
            pipeline.make_pipeline(kind, linear_model.LogisticRegression()).fit(texts.ravel(), labels),
            initial_types=[("text", StringTensorType([None, 1]))], target_opset=18))


def boosters():
    import lightgbm
    import onnxmltools
    import xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType as Floats
    types = [("x", Floats([None, 6]))]
    for at, (model, target) in enumerate([(xgboost.XGBClassifier(n_estimators=8), Y), (xgboost.XGBClassifier(n_estimators=8), Y3), (xgboost.XGBRegressor(n_estimators=8), R),
                                          (xgboost.XGBRFClassifier(n_estimators=8), Y), (xgboost.XGBRanker(n_estimators=4), Y)]):
        attempt(f"xgb-{type(model).__name__}-{at}", lambda model=model, target=target: onnxmltools.convert_xgboost(
            model.fit(X, target, **({"qid": np.zeros(120, int)} if isinstance(model, xgboost.XGBRanker) else {})), initial_types=types))
    for at, (model, target) in enumerate([(lightgbm.LGBMClassifier(n_estimators=8, verbose=-1), Y), (lightgbm.LGBMClassifier(n_estimators=8, verbose=-1), Y3),
                                          (lightgbm.LGBMRegressor(n_estimators=8, verbose=-1), R), (lightgbm.LGBMRegressor(n_estimators=8, objective="poisson", verbose=-1), np.abs(R)),
                                          (lightgbm.LGBMRegressor(boosting_type="rf", bagging_freq=1, bagging_fraction=0.5, verbose=-1), R)]):
        attempt(f"lgbm-{type(model).__name__}-{at}", lambda model=model, target=target: onnxmltools.convert_lightgbm(model.fit(X, target), initial_types=types))
        attempt(f"lgbm-{type(model).__name__}-{at}-array", lambda model=model, target=target: onnxmltools.convert_lightgbm(model.fit(X, target), initial_types=types, zipmap=False))


def onnx_cases():
    """The node tests of the standard itself: every operator, and functions unfolded."""
    from onnx.backend.test.case.node import collect_testcases
    for case in collect_testcases(None):
        if case.model is not None and len(case.model.graph.node) > 1:
            save(f"std-{case.name}", case.model)
    root = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
    for path in sorted(root.rglob("*.onnx")):
        (out / f"std-{path.parent.name}-{path.stem}.onnx").write_bytes(path.read_bytes())


if __name__ == "__main__":
    for part in (sklearn_models, boosters, onnx_cases):
        try:
            part()
        except ImportError as error:
            skipped.append(f"{part.__name__} ({error})")
    print(f"not converted: {', '.join(skipped)}", file=sys.stderr)
    print(len(list(out.glob("*.onnx"))))
