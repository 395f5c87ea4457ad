"""Makes src/generated/allowed-globals.json from installed libraries, or merges into it: MODULE -> "name! name+ name".

Two sources, both exact names: what fitted objects really write (seen while unpickling our own pickles), and classes
and functions enumerated by a reasoned rule (estimators, kernels, splitters, distributions, metrics, ufuncs).
Usage: make-allowed-globals.py OUT.json   (existing entries stay, so several library versions can be merged)
"""
import importlib
import inspect
import io
import json
import pickle
import pkgutil
import sys
import warnings

warnings.filterwarnings("ignore")
import os
os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np

FOUND = {}
STRENGTH = {"": 0, "+": 1, "!": 2}
# Written by hand in allowed-base.ts with their argument rules, or never allowed.
HANDLED = ("builtins", "copyreg", "_codecs", "collections", "functools", "operator", "datetime", "types", "pathlib")
ROOTS = ("sklearn", "numpy", "scipy", "pandas", "xgboost", "lightgbm", "joblib", "imblearn", "statsmodels", "catboost", "category_encoders", "skl2onnx", "patsy", "formulaic")
REFUSED = ("load", "open", "memmap", "fromfile", "_ufunc_reconstruct", "fetch", "read_", "save", "dump", "testing", "f2py", "exec", "eval", "Memory", "Parallel", "datasets", "externals", "distutils")


def allow(module, name, use):
    if module.split(".")[0] not in ROOTS or module.split(".")[0] in HANDLED:
        return
    if any(part in f"{module}.{name}" for part in REFUSED) or "." in name or "<" in name:
        return
    names = FOUND.setdefault(module, {})
    if STRENGTH[use] >= STRENGTH[names.get(name, "")]:
        names[name] = use


class Watcher(pickle._Unpickler):
    """Python's own unpickler on our own pickles, telling how each global was used."""

    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module, name):
        found = super().find_class(module, name)
        self.names = getattr(self, "names", {})
        try:
            self.names[id(found)] = (module, name)
        except TypeError:
            pass
        allow(module, name, "")
        return found

    def tell(self, found, use):
        entry = getattr(self, "names", {}).get(id(found))
        if entry:
            allow(*entry, use)


def watch(opcode, use, depth):
    original = pickle._Unpickler.dispatch[opcode]

    def handler(self):
        self.tell(self.stack[-depth], use)
        if use == "!" and getattr(self.stack[-depth], "__name__", "") in ("_reconstructor", "__newobj__"):
            self.tell(self.stack[-1][0], "+")
        original(self)

    Watcher.dispatch[opcode] = handler


watch(pickle.REDUCE[0], "!", 2)
watch(pickle.NEWOBJ[0], "+", 2)
watch(pickle.NEWOBJ_EX[0], "+", 3)


def observe(value):
    for protocol in (2, 4, 5):
        try:
            Watcher(io.BytesIO(pickle.dumps(value, protocol))).load()
        except Exception as error:
            print(f"not observed: {type(value).__name__}: {str(error)[:80]}", file=sys.stderr)
            return


def modules(root):
    package = importlib.import_module(root)
    yield package
    for info in pkgutil.walk_packages(package.__path__, root + "."):
        if any(part in info.name for part in (".tests", ".conftest", "._testing", ".externals", ".datasets", ".setup")):
            continue
        try:
            yield importlib.import_module(info.name)
        except BaseException:
            pass


def classes(root, bases):
    for module in modules(root):
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, bases) and value.__module__.startswith(root):
                allow(value.__module__, value.__qualname__, "+")


def functions(module_name):
    module = importlib.import_module(module_name)
    for name in getattr(module, "__all__", dir(module)):
        value = getattr(module, name, None)
        if inspect.isfunction(value) and value.__module__.startswith(module_name.split(".")[0]):
            allow(value.__module__, value.__qualname__, "")


def ufuncs():
    for name, value in vars(np).items():
        if isinstance(value, np.ufunc) or name in ("mean", "median", "sum", "min", "max", "amin", "amax", "std", "var", "argmax", "argmin", "clip", "where", "nan_to_num", "round", "cumsum", "diff", "ravel", "reshape", "squeeze", "transpose", "concatenate", "hstack", "vstack", "percentile", "quantile", "nanmean", "nanmedian", "nansum", "prod", "count_nonzero", "unique", "zeros", "ones", "linspace", "logspace", "array", "asarray", "average"):
            for module in {"numpy", getattr(value, "__module__", "numpy") or "numpy", "numpy.core._multiarray_umath", "numpy._core._multiarray_umath", "numpy.core.fromnumeric", "numpy._core.fromnumeric", "numpy.lib.function_base"}:
                allow(module, name, "")
    for name, value in vars(importlib.import_module("scipy.special")).items():
        if isinstance(value, np.ufunc):
            allow("scipy.special", name, "")
            allow("scipy.special._ufuncs", name, "")


def scikit_learn():
    import sklearn
    from sklearn.base import BaseEstimator
    from sklearn.gaussian_process.kernels import Kernel
    from sklearn.model_selection import BaseCrossValidator
    from sklearn.model_selection._split import BaseShuffleSplit
    from sklearn.utils import all_estimators

    extra = []
    try:
        from sklearn._loss.loss import BaseLoss
        extra.append(BaseLoss)
    except ImportError:
        pass
    try:
        from sklearn._loss.link import BaseLink
        extra.append(BaseLink)
    except ImportError:
        pass
    try:
        from sklearn.metrics._scorer import _BaseScorer
        extra.append(_BaseScorer)
    except ImportError:
        pass
    classes("sklearn", (BaseEstimator, Kernel, BaseCrossValidator, BaseShuffleSplit, *extra))
    for module in ("sklearn.metrics", "sklearn.metrics.pairwise", "sklearn.feature_selection", "sklearn.preprocessing", "sklearn.neural_network._base"):
        functions(module)
    allow("sklearn.utils._bunch", "Bunch", "!")
    allow("sklearn.utils", "Bunch", "!")
    allow("sklearn.metrics._scorer", "_passthrough_scorer", "")
    allow("sklearn.metrics._scorer", "_PassthroughScorer", "+")
    return all_estimators()


def fit_all(estimators):
    from sklearn.datasets import make_classification
    X, y = make_classification(60, 6, n_informative=4, random_state=0)
    X = np.abs(X)
    text = ["a good day", "a bad day", "good news", "bad news"] * 15
    for name, cls in estimators:
        for data, target in ((X, y), (X[:, :1].ravel(), y), (text, y), (X, X[:, :2]), (X, (X[:, :2] > 1).astype(int))):
            try:
                estimator = make(cls)
                estimator.fit(data, target)
                observe(estimator)
                break
            except Exception:
                continue
        else:
            print(f"not fitted: {name}", file=sys.stderr)


def make(cls):
    from sklearn.linear_model import LogisticRegression
    for arguments in ({}, {"estimator": LogisticRegression()}, {"estimators": [("a", LogisticRegression()), ("b", LogisticRegression(C=2))]}, {"steps": [("a", LogisticRegression())]}, {"transformers": []}, {"transformer_list": []}, {"estimator": LogisticRegression(), "param_grid": {"C": [1, 2]}}, {"estimator": LogisticRegression(), "param_distributions": {"C": [1, 2]}}, {"base_estimator": LogisticRegression()}):
        try:
            estimator = cls(**arguments)
        except TypeError:
            continue
        if "n_components" in arguments or hasattr(estimator, "n_init"):
            pass
        return estimator
    raise TypeError(cls)


def special_cases():
    """Options that write other classes than the defaults do."""
    from sklearn import compose, ensemble, feature_extraction, feature_selection, gaussian_process, impute, linear_model, model_selection, neighbors, pipeline, preprocessing, svm
    from sklearn.gaussian_process import kernels
    from sklearn.metrics import make_scorer, f1_score
    import scipy.sparse as sp
    import scipy.stats as st
    from scipy.interpolate import interp1d
    from sklearn.datasets import make_classification
    X, y = make_classification(60, 6, n_informative=4, random_state=0)
    made = [
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        pipeline.make_pipeline(preprocessing.FunctionTransformer(np.log1p), linear_model.LogisticRegression()),
        model_selection.GridSearchCV(svm.SVC(), {"C": [1, 2]}, scoring=make_scorer(f1_score), cv=model_selection.StratifiedKFold(2)),
        model_selection.RandomizedSearchCV(svm.SVC(), {"C": st.loguniform(1e-2, 1e2), "gamma": st.uniform(0, 1)}, n_iter=2, cv=2),
        feature_selection.SelectKBest(feature_selection.mutual_info_classif, k=2),
        feature_selection.SelectKBest(feature_selection.chi2, k=2),
        gaussian_process.GaussianProcessClassifier(kernels.ConstantKernel() * kernels.Matern() + kernels.WhiteKernel() + kernels.RationalQuadratic() + kernels.ExpSineSquared() + kernels.DotProduct() ** 2),
        linear_model.LogisticRegression(random_state=np.random.RandomState(0)),
        ensemble.RandomForestClassifier(3, random_state=np.random.RandomState(0)),
    ]
    for metric in ("minkowski", "euclidean", "manhattan", "chebyshev", "haversine", "hamming", "canberra", "braycurtis", "jaccard"):
        for algorithm in ("kd_tree", "ball_tree"):
            try:
                made.append(neighbors.KNeighborsClassifier(3, algorithm=algorithm, metric=metric).fit(X[:, :2], y))
            except Exception:
                pass
    for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        made.append(linear_model.SGDClassifier(loss=loss))
    for loss in ("squared_error", "absolute_error", "poisson", "quantile", "gamma", "huber"):
        for cls in (ensemble.HistGradientBoostingRegressor, ensemble.GradientBoostingRegressor):
            try:
                made.append(cls(loss=loss, **({"quantile": 0.5} if loss == "quantile" and cls is ensemble.HistGradientBoostingRegressor else {})).fit(X, np.abs(X[:, 0]) + 1))
            except Exception:
                pass
    for value in made:
        try:
            if hasattr(value, "fit") and not hasattr(value, "classes_"):
                value.fit(np.abs(X), y)
        except Exception as error:
            print(f"special not fitted: {value}: {error}", file=sys.stderr)
        observe(value)
    for kind in ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"):
        for form in ("matrix", "array"):
            if hasattr(sp, f"{kind}_{form}"):
                observe(getattr(sp, f"{kind}_{form}")(np.eye(3)))
    for value in (st.norm(0, 1), st.randint(0, 5), st.expon(), interp1d([0, 1], [0, 1]), st.gaussian_kde([1.0, 2, 3]), np.random.default_rng(0), np.random.RandomState(0), np.ma.array([1, 2], mask=[0, 1]), np.matrix([1]), np.rec.array([(1, 2.0)]), np.float32(1), np.datetime64("2020-01-01"), np.array(["a", 1], dtype=object), np.dtype([("a", "f8")]), np.array(["x"], dtype="U3")):
        observe(value)


def distributions():
    import scipy.stats
    from scipy.stats._distn_infrastructure import rv_generic
    for module in ("scipy.stats._continuous_distns", "scipy.stats._discrete_distns"):
        for name, value in vars(importlib.import_module(module)).items():
            if inspect.isclass(value) and issubclass(value, rv_generic) and value.__module__ == module:
                allow(module, name, "+")


def frames():
    try:
        import pandas as pd
    except ImportError:
        return
    df = pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "c": pd.Categorical(["u", "v"]), "d": pd.to_datetime(["2020-01-01", "2021-01-01"]), "e": pd.array([1, None], dtype="Int64"), "f": pd.array([1.5, None], dtype="Float64"), "g": pd.array([True, None], dtype="boolean"), "h": pd.array(["a", None], dtype="string")})
    for value in (df, df.a, df.b, df.set_index("b"), df.set_index(["a", "b"]), df.d, df.d.dt.tz_localize("UTC"), df.d.diff(), df.groupby("a").size(), pd.Timestamp("2020"), pd.Timedelta(1), pd.NaT, pd.NA, pd.period_range("2020", periods=2, freq="M"), pd.interval_range(0, 2), pd.date_range("2020", periods=3), pd.RangeIndex(3), pd.Index([1.5]), pd.Series([1.0, 2], dtype="Sparse[float]") if True else None):
        observe(value)


def boosters():
    from sklearn.datasets import make_classification
    X, y = make_classification(60, 6, n_informative=4, random_state=0)
    try:
        import xgboost
        for cls in (xgboost.XGBClassifier, xgboost.XGBRegressor, xgboost.XGBRFClassifier):
            observe(cls(n_estimators=2).fit(X, y))
        observe(xgboost.XGBClassifier(n_estimators=2, callbacks=[xgboost.callback.EarlyStopping(1)]))
    except ImportError:
        pass
    try:
        import lightgbm
        for cls in (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor):
            observe(cls(n_estimators=2, verbose=-1).fit(X, y))
    except ImportError:
        pass
    try:
        import imblearn
        classes("imblearn", (imblearn.base.BaseEstimator,))
    except Exception:
        pass


def main(out):
    try:
        for module, words in json.load(open(out)).items():
            for word in words.split():
                use = word[-1] if word[-1] in "+!" else ""
                FOUND.setdefault(module, {})[word.rstrip("+!")] = use
    except FileNotFoundError:
        pass
    ufuncs()
    fit_all(scikit_learn())
    special_cases()
    distributions()
    frames()
    boosters()
    lines = {module: " ".join(name + use for name, use in sorted(names.items())) for module, names in sorted(FOUND.items())}
    with open(out, "w") as file:
        json.dump(lines, file, indent=2)
        file.write("\n")
    print(f"{sum(len(v.split()) for v in lines.values())} names in {len(lines)} modules", file=sys.stderr)


main(sys.argv[1])
