/**
 * The part of the allowlist that was written by hand, with a reason per group. A line is `module: names`, a name may
 * carry how it may be used: `name!` called (REDUCE, OBJ, INST), `name+` made by `__new__` and given its state, a bare
 * name only mentioned. Exact names, never prefixes: allowed modules hold dangerous functions too.
 */

/** Values of the language. `str`, `list`, `tuple`, `int` may not be called: they can allocate without limit. */
const LANGUAGE = `
builtins: set! frozenset! bytearray! complex! slice! dict! object+ list+ tuple+ int+ float+ str bytes! bool range! xrange! long unicode Ellipsis NotImplemented NoneType Exception ValueError RuntimeError TypeError KeyError UserWarning abs len max min sum round sorted
copyreg: _reconstructor! __newobj__! __newobj_ex__!
_codecs: encode!
collections: OrderedDict! defaultdict! Counter! deque! UserDict+ UserList+ ChainMap+
datetime: datetime! date! time! timedelta! timezone!
decimal: Decimal!
fractions: Fraction!
uuid: UUID+ SafeUUID!
types: SimpleNamespace! MappingProxyType
argparse: Namespace+
pathlib: PosixPath! WindowsPath! PurePosixPath! PureWindowsPath! Path! PurePath!
pathlib._local: PosixPath! WindowsPath! PurePosixPath! PureWindowsPath! Path! PurePath!
functools: partial!
operator: itemgetter! add sub mul truediv neg lt le gt ge eq ne
_operator: itemgetter! add sub mul truediv neg lt le gt ge eq ne
re: _compile!
string: Template+
random: Random+
math: log exp sqrt sin cos tan log1p expm1 log2 log10 fabs floor ceil
statistics: mean median
`

/** Arrays: their constructors take shapes, types and raw bytes. Loaders, testing tools and memory maps stay out. */
const NUMPY = `
numpy: ndarray+ dtype! matrix+ recarray+ memmap bool_ bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 intc uintc intp uintp longlong ulonglong float16 float32 float64 longdouble complex64 complex128 clongdouble str_ bytes_ object_ void datetime64 timedelta64 number integer floating inexact generic record ufunc float_ int_ unicode_ string_
numpy.CORE.multiarray: _reconstruct! scalar! ndarray dtype!
numpy.CORE._multiarray_umath: _reconstruct! scalar!
numpy.CORE.numeric: _frombuffer!
numpy.CORE.numerictypes: bool_ float64 int64
numpy.CORE.memmap: memmap
numpy.CORE.records: recarray+ record
numpy.CORE._internal: _convert_to_stringdtype_kwargs!
numpy.rec: recarray+ record
numpy.matrixlib.defmatrix: matrix+
numpy.ma.core: _mareconstruct! MaskedArray+ MaskedConstant+
numpy.ma: MaskedArray+
numpy.random: RandomState
numpy.random.mtrand: RandomState
numpy.random._pickle: __randomstate_ctor! __generator_ctor! __bit_generator_ctor!
numpy.random: __RandomState_ctor!
numpy.random._generator: Generator
numpy.random._mt19937: MT19937
numpy.random._pcg64: PCG64 PCG64DXSM
numpy.random._philox: Philox
numpy.random._sfc64: SFC64
numpy.random.bit_generator: SeedSequence+ __pyx_unpickle_SeedSequence!
numpy.dtypes: StringDType!
numpy.polynomial.polynomial: Polynomial+
numpy.polynomial.chebyshev: Chebyshev+
numpy.lib.polynomial: poly1d+
numpy.lib._polynomial_impl: poly1d+
`

const SCIPY = `
scipy.sparse.csr: csr_matrix+
scipy.sparse.csc: csc_matrix+
scipy.sparse.coo: coo_matrix+
scipy.sparse.lil: lil_matrix+
scipy.sparse.dok: dok_matrix+
scipy.sparse.dia: dia_matrix+
scipy.sparse.bsr: bsr_matrix+
scipy.sparse._csr: csr_matrix+ csr_array+
scipy.sparse._csc: csc_matrix+ csc_array+
scipy.sparse._coo: coo_matrix+ coo_array+
scipy.sparse._lil: lil_matrix+ lil_array+
scipy.sparse._dok: dok_matrix+ dok_array+
scipy.sparse._dia: dia_matrix+ dia_array+
scipy.sparse._bsr: bsr_matrix+ bsr_array+
scipy.interpolate.interpolate: interp1d+ PPoly+ BPoly+
scipy.interpolate._interpolate: interp1d+ PPoly+ BPoly+
scipy.interpolate._bsplines: BSpline+
scipy.interpolate._cubic: CubicSpline+ PchipInterpolator+ Akima1DInterpolator+
scipy.interpolate.fitpack2: UnivariateSpline+
scipy.interpolate._fitpack2: UnivariateSpline+
scipy.optimize._optimize: OptimizeResult!
scipy.optimize.optimize: OptimizeResult!
scipy.spatial._kdtree: KDTree+
scipy.spatial._ckdtree: cKDTree!
scipy.stats._kde: gaussian_kde+
scipy.spatial.transform._rotation: Rotation!
`

/** The wrapper is followed by raw array data, which the reader skips; \`joblib.load\` and the caches stay out. */
const JOBLIB = `
joblib.numpy_pickle: NumpyArrayWrapper+
`

/** Rebuild functions take tensors' places in storages. `_load_from_bytes` loads a nested file, which must have been scanned. */
const TORCH = `
torch._utils: _rebuild_tensor! _rebuild_tensor_v2! _rebuild_tensor_v3! _rebuild_parameter! _rebuild_parameter_with_state! _rebuild_qtensor! _rebuild_sparse_tensor! _rebuild_sparse_csr_tensor! _rebuild_meta_tensor_no_storage! _rebuild_nested_tensor! _rebuild_device_tensor_from_numpy! _rebuild_device_tensor_from_cpu_tensor!
torch._tensor: _rebuild_from_type_v2! _rebuild_from_type!
torch: Tensor device! Size! strided per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric Generator! dtype layout contiguous_format preserve_format channels_last FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage FloatTensor DoubleTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor float32 float64 float16 bfloat16 float half double int8 int16 int32 int64 int long short uint8 uint16 uint32 uint64 bool complex32 complex64 complex128 cfloat cdouble qint8 quint8 qint32 quint4x2 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu relu sigmoid tanh
torch.storage: _load_from_bytes! TypedStorage UntypedStorage _TypedStorage _UntypedStorage
torch.cuda: FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage BoolStorage FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ByteTensor
torch.nn.parameter: Parameter! Buffer! UninitializedParameter!
torch.nn: Parameter!
torch.serialization: _get_layout!
torch._C: device! Generator!
torch.torch_version: TorchVersion+
torch.nn.functional: relu gelu silu elu leaky_relu tanh sigmoid softmax log_softmax cross_entropy mse_loss
torch._C._nn: gelu
torch.jit._pickle: build_intlist! build_tensorlist! build_doublelist! build_boollist! build_tensor_from_id! restore_type_tag!
torch.optim.lr_scheduler: LambdaLR+ StepLR+ MultiStepLR+ ExponentialLR+ CosineAnnealingLR+ ReduceLROnPlateau+ OneCycleLR+ CosineAnnealingWarmRestarts+
torch.optim.adam: Adam+
torch.optim.adamw: AdamW+
torch.optim.sgd: SGD+
torch.optim.rmsprop: RMSprop+
torch.optim.adagrad: Adagrad+
torch.utils.hooks: BackwardHook
torchvision.ops.misc: FrozenBatchNorm2d+ Conv2dNormActivation+
torchvision.models.resnet: ResNet+ BasicBlock+ Bottleneck+
torchvision.models.vgg: VGG+
torchvision.models.alexnet: AlexNet+
`

/** Training arguments that the common trainers save beside a model: plain records and enumerations. */
const TRAINERS = `
transformers.training_args: TrainingArguments+ OptimizerNames! ParallelMode!
transformers.training_args_seq2seq: Seq2SeqTrainingArguments+
transformers.trainer_utils: IntervalStrategy! SchedulerType! HubStrategy! EvaluationStrategy! SaveStrategy! FSDPOption! PredictionOutput+
transformers.trainer_pt_utils: AcceleratorConfig+
transformers.debug_utils: DebugOption!
transformers.integrations.deepspeed: HfDeepSpeedConfig+ HfTrainerDeepSpeedConfig+
transformers.deepspeed: HfDeepSpeedConfig+ HfTrainerDeepSpeedConfig+
accelerate.state: PartialState+ AcceleratorState+
accelerate.utils.dataclasses: DistributedType! DynamoBackend! DeepSpeedPlugin+ GradientAccumulationPlugin+ PrecisionType! ComputeEnvironment!
pytorch_lightning.callbacks.model_checkpoint: ModelCheckpoint
pytorch_lightning.callbacks.early_stopping: EarlyStopping
pytorch_lightning.utilities.parsing: AttributeDict!
lightning.pytorch.callbacks.model_checkpoint: ModelCheckpoint
lightning_fabric.utilities.data: AttributeDict!
lightning.fabric.utilities.data: AttributeDict!
`

/** Boosters restore from their own model bytes. */
const BOOSTERS = `
xgboost.sklearn: XGBModel+ XGBClassifier+ XGBRegressor+ XGBRanker+ XGBRFClassifier+ XGBRFRegressor+
xgboost.core: Booster+
xgboost.callback: EarlyStopping+ EvaluationMonitor+ LearningRateScheduler+ TrainingCallback+
xgboost.compat: XGBoostLabelEncoder+
lightgbm.basic: Booster+
lightgbm.sklearn: LGBMModel+ LGBMClassifier+ LGBMRegressor+ LGBMRanker+
lightgbm.compat: _LGBMLabelEncoder+
lightgbm.callback: _EarlyStoppingCallback+ _RecordEvaluationCallback+ _LogEvaluationCallback+
catboost.core: CatBoost+ CatBoostClassifier+ CatBoostRegressor+ CatBoostRanker+
`

const PANDAS = `
pandas: Index+ MultiIndex+ RangeIndex+ CategoricalIndex+ DatetimeIndex+ TimedeltaIndex+ PeriodIndex+ IntervalIndex+ Categorical+ DataFrame+ Series+ Timedelta Period Interval NaT NA Timestamp CategoricalDtype! StringDtype! Int64Dtype! Float64Dtype! BooleanDtype!
pandas.core.frame: DataFrame+
pandas.core.series: Series+
pandas.core.internals.managers: BlockManager! SingleBlockManager!
pandas._libs.internals: _unpickle_block! BlockManager!
pandas.core.internals.blocks: new_block!
pandas.core.indexes.base: _new_Index! Index+
pandas.core.indexes.range: RangeIndex+
pandas.core.indexes.numeric: Int64Index+ UInt64Index+ Float64Index+
pandas.core.indexes.multi: MultiIndex+
pandas.core.indexes.category: CategoricalIndex+
pandas.core.indexes.datetimes: DatetimeIndex+ _new_DatetimeIndex!
pandas.core.indexes.timedeltas: TimedeltaIndex+
pandas.core.indexes.period: PeriodIndex+ _new_PeriodIndex!
pandas.core.indexes.interval: IntervalIndex+ _new_IntervalIndex!
pandas.core.indexes.frozen: FrozenList!
pandas.core.arrays.categorical: Categorical+
pandas.core.arrays.datetimes: DatetimeArray+
pandas.core.arrays.timedeltas: TimedeltaArray+
pandas.core.arrays.integer: IntegerArray+ Int64Dtype! Int32Dtype! Int16Dtype! Int8Dtype! UInt8Dtype!
pandas.core.arrays.floating: FloatingArray+ Float64Dtype! Float32Dtype!
pandas.core.arrays.boolean: BooleanArray+ BooleanDtype!
pandas.core.arrays.string_: StringArray+ StringDtype!
pandas.core.arrays.numpy_: PandasArray+ NumpyExtensionArray+
pandas.core.arrays.sparse.array: SparseArray+
pandas.core.dtypes.dtypes: CategoricalDtype! DatetimeTZDtype! PeriodDtype! IntervalDtype! SparseDtype! NumpyEADtype!
pandas._libs.arrays: __pyx_unpickle_NDArrayBacked!
pandas._libs.tslibs.timestamps: _unpickle_timestamp! Timestamp
pandas._libs.tslibs.timedeltas: _timedelta_unpickle! Timedelta
pandas._libs.tslibs.nattype: _nat_unpickle!
pandas._libs.tslibs.offsets: Day! Hour! Minute! Second! MonthEnd! MonthBegin! BusinessDay!
pandas._libs.missing: NAType! _NAType!
pandas.core.flags: Flags!
`

/** Compiled parts of scikit-learn that the enumerating script cannot see, under the names that versions gave them; then modules before 0.22. */
const SCIKIT_LEARN = `
sklearn._loss._loss: CyHalfSquaredError! CyAbsoluteError! CyPinballLoss! CyHuberLoss! CyHalfPoissonLoss! CyHalfGammaLoss! CyHalfTweedieLoss! CyHalfTweedieLossIdentity! CyHalfBinomialLoss! CyHalfMultinomialLoss! CyExponentialLoss!
_loss: CyHalfSquaredError! CyAbsoluteError! CyPinballLoss! CyHuberLoss! CyHalfPoissonLoss! CyHalfGammaLoss! CyHalfTweedieLoss! CyHalfTweedieLossIdentity! CyHalfBinomialLoss! CyHalfMultinomialLoss! CyExponentialLoss!
sklearn.linear_model._sgd_fast: Hinge! SquaredHinge! Log! SquaredLoss! Huber! ModifiedHuber! EpsilonInsensitive! SquaredEpsilonInsensitive!
sklearn.linear_model.sgd_fast: Hinge! SquaredHinge! Log! SquaredLoss! Huber! ModifiedHuber! EpsilonInsensitive! SquaredEpsilonInsensitive!
sklearn.metrics._dist_metrics: newObj! EuclideanDistance EuclideanDistance32 EuclideanDistance64 SEuclideanDistance SEuclideanDistance32 SEuclideanDistance64 ManhattanDistance ManhattanDistance32 ManhattanDistance64 ChebyshevDistance ChebyshevDistance32 ChebyshevDistance64 MinkowskiDistance MinkowskiDistance32 MinkowskiDistance64 WMinkowskiDistance WMinkowskiDistance32 WMinkowskiDistance64 MahalanobisDistance MahalanobisDistance32 MahalanobisDistance64 HammingDistance HammingDistance32 HammingDistance64 CanberraDistance CanberraDistance32 CanberraDistance64 BrayCurtisDistance BrayCurtisDistance32 BrayCurtisDistance64 JaccardDistance JaccardDistance32 JaccardDistance64 MatchingDistance MatchingDistance32 MatchingDistance64 DiceDistance DiceDistance32 DiceDistance64 KulsinskiDistance KulsinskiDistance32 KulsinskiDistance64 RogersTanimotoDistance RogersTanimotoDistance32 RogersTanimotoDistance64 RussellRaoDistance RussellRaoDistance32 RussellRaoDistance64 SokalMichenerDistance SokalMichenerDistance32 SokalMichenerDistance64 SokalSneathDistance SokalSneathDistance32 SokalSneathDistance64 HaversineDistance HaversineDistance32 HaversineDistance64
sklearn.neighbors._dist_metrics: newObj! EuclideanDistance EuclideanDistance32 EuclideanDistance64 SEuclideanDistance SEuclideanDistance32 SEuclideanDistance64 ManhattanDistance ManhattanDistance32 ManhattanDistance64 ChebyshevDistance ChebyshevDistance32 ChebyshevDistance64 MinkowskiDistance MinkowskiDistance32 MinkowskiDistance64 WMinkowskiDistance WMinkowskiDistance32 WMinkowskiDistance64 MahalanobisDistance MahalanobisDistance32 MahalanobisDistance64 HammingDistance HammingDistance32 HammingDistance64 CanberraDistance CanberraDistance32 CanberraDistance64 BrayCurtisDistance BrayCurtisDistance32 BrayCurtisDistance64 JaccardDistance JaccardDistance32 JaccardDistance64 MatchingDistance MatchingDistance32 MatchingDistance64 DiceDistance DiceDistance32 DiceDistance64 KulsinskiDistance KulsinskiDistance32 KulsinskiDistance64 RogersTanimotoDistance RogersTanimotoDistance32 RogersTanimotoDistance64 RussellRaoDistance RussellRaoDistance32 RussellRaoDistance64 SokalMichenerDistance SokalMichenerDistance32 SokalMichenerDistance64 SokalSneathDistance SokalSneathDistance32 SokalSneathDistance64 HaversineDistance HaversineDistance32 HaversineDistance64
sklearn.neighbors.dist_metrics: newObj! EuclideanDistance EuclideanDistance32 EuclideanDistance64 SEuclideanDistance SEuclideanDistance32 SEuclideanDistance64 ManhattanDistance ManhattanDistance32 ManhattanDistance64 ChebyshevDistance ChebyshevDistance32 ChebyshevDistance64 MinkowskiDistance MinkowskiDistance32 MinkowskiDistance64 WMinkowskiDistance WMinkowskiDistance32 WMinkowskiDistance64 MahalanobisDistance MahalanobisDistance32 MahalanobisDistance64 HammingDistance HammingDistance32 HammingDistance64 CanberraDistance CanberraDistance32 CanberraDistance64 BrayCurtisDistance BrayCurtisDistance32 BrayCurtisDistance64 JaccardDistance JaccardDistance32 JaccardDistance64 MatchingDistance MatchingDistance32 MatchingDistance64 DiceDistance DiceDistance32 DiceDistance64 KulsinskiDistance KulsinskiDistance32 KulsinskiDistance64 RogersTanimotoDistance RogersTanimotoDistance32 RogersTanimotoDistance64 RussellRaoDistance RussellRaoDistance32 RussellRaoDistance64 SokalMichenerDistance SokalMichenerDistance32 SokalMichenerDistance64 SokalSneathDistance SokalSneathDistance32 SokalSneathDistance64 HaversineDistance HaversineDistance32 HaversineDistance64
sklearn.neighbors._kd_tree: newObj! KDTree KDTree64 KDTree32
sklearn.neighbors._ball_tree: newObj! BallTree BallTree64 BallTree32
sklearn.neighbors.kd_tree: newObj! KDTree
sklearn.neighbors.ball_tree: newObj! BallTree
sklearn.tree._tree: Tree!
sklearn.ensemble.forest: RandomForestClassifier+ RandomForestRegressor+ ExtraTreesClassifier+ ExtraTreesRegressor+
sklearn.ensemble.gradient_boosting: GradientBoostingClassifier+ GradientBoostingRegressor+ BinomialDeviance+ MultinomialDeviance+ LeastSquaresError+ LogOddsEstimator+ PriorProbabilityEstimator+ MeanEstimator+ ZeroEstimator+
sklearn.ensemble.weight_boosting: AdaBoostClassifier+ AdaBoostRegressor+
sklearn.ensemble.bagging: BaggingClassifier+ BaggingRegressor+
sklearn.ensemble.voting: VotingClassifier+ VotingRegressor+
sklearn.ensemble.iforest: IsolationForest+
sklearn.tree.tree: DecisionTreeClassifier+ DecisionTreeRegressor+ ExtraTreeClassifier+ ExtraTreeRegressor+
sklearn.linear_model.logistic: LogisticRegression+ LogisticRegressionCV+
sklearn.linear_model.base: LinearRegression+
sklearn.linear_model.ridge: Ridge+ RidgeCV+ RidgeClassifier+
sklearn.linear_model.coordinate_descent: Lasso+ LassoCV+ ElasticNet+ ElasticNetCV+
sklearn.linear_model.stochastic_gradient: SGDClassifier+ SGDRegressor+
sklearn.svm.classes: SVC+ SVR+ LinearSVC+ LinearSVR+ NuSVC+ OneClassSVM+
sklearn.neighbors.classification: KNeighborsClassifier+
sklearn.neighbors.regression: KNeighborsRegressor+
sklearn.neural_network.multilayer_perceptron: MLPClassifier+ MLPRegressor+
sklearn.preprocessing.data: StandardScaler+ MinMaxScaler+ MaxAbsScaler+ RobustScaler+ PolynomialFeatures+ Normalizer+ QuantileTransformer+ PowerTransformer+
sklearn.preprocessing.label: LabelEncoder+ LabelBinarizer+ MultiLabelBinarizer+
sklearn.preprocessing.imputation: Imputer+
sklearn.decomposition.pca: PCA+
sklearn.cluster.k_means_: KMeans+ MiniBatchKMeans+
sklearn.mixture.gaussian_mixture: GaussianMixture+
sklearn.feature_selection.univariate_selection: SelectKBest+ SelectPercentile+ f_classif chi2
sklearn.externals.joblib.numpy_pickle: NumpyArrayWrapper+
`

export const BASE_LISTS: readonly string[] = [
  LANGUAGE,
  NUMPY.replaceAll('.CORE.', '.core.'),
  NUMPY.replaceAll('.CORE.', '._core.'),
  SCIPY,
  JOBLIB,
  SCIKIT_LEARN,
  TORCH,
  TRAINERS,
  BOOSTERS,
  PANDAS,
]
