/** What operators do to a decision about the input: make one, keep one, blur one. Names as in `operatorName`. */

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((name) => name !== ''))

/** Answer yes or no about their inputs. */
export const COMPARATORS = set(`Equal Greater Less GreaterOrEqual LessOrEqual IsNaN IsInf RegexFullMatch
  ai.onnx.ml:Binarizer`)

/** Flat almost everywhere: a decision without a comparator. */
export const HARD_STEPS =
  set(`Sign Floor Ceil Round Not And Or Xor ArgMax ArgMin Hardmax OneHot TopK NonZero Unique Mod
  BitShift BitwiseAnd BitwiseOr BitwiseXor BitwiseNot ai.onnx.ml:LabelEncoder ai.onnx.ml:OneHotEncoder`)

/** Can be a decision when their input is scaled up, or when nothing learned stands before them. */
export const SOFT_STEPS =
  set(`Relu Sigmoid Tanh Clip Min Max HardSigmoid HardSwish Softmax Erf Exp Softsign Softplus
  ThresholdedRelu Shrink LeakyRelu Elu Selu Celu PRelu Reciprocal Swish Mish Gelu`)

/** Make one number out of many. */
export const REDUCERS =
  set(`ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum
  ReduceLogSumExp ReduceSumSquare GlobalAveragePool GlobalMaxPool GlobalLpPool AveragePool MaxPool LpPool ArgMax ArgMin
  TopK Det CumSum ai.onnx.ml:FeatureVectorizer`)

/** Take a part. Whether Slice takes all is looked at separately. */
export const PICKERS = set(`Gather GatherElements GatherND Split SplitToSequence SequenceAt Compress
  ai.onnx.ml:ArrayFeatureExtractor`)

/** Size depends on values: their shape tells about the data. */
export const DYNAMIC_SHAPES = set(`NonZero Unique Compress NonMaxSuppression StringSplit`)

/** Keep a decision as it is: names, places and types change, or a constant is mixed in. */
export const CARRIERS =
  set(`Identity Reshape Unsqueeze Squeeze Expand Tile Transpose Flatten Cast CastLike Neg Abs Sqrt
  Slice Concat Add Sub Mul Div Pow Sum Mean Dropout Pad ConstantOfShape Where ScatterND ScatterElements Scatter
  DequantizeLinear QuantizeLinear Log Sin Cos SequenceConstruct ConcatFromSequence Optional OptionalGetElement
  ai.onnx.ml:Scaler ai.onnx.ml:CastMap Trilu Reciprocal LpNormalization`)

const LEARNED =
  /(^|:)(.*Conv(?!ert)|.*MatMul|.*Gemm|.*Attention|LSTM|GRU|RNN|DynamicQuantizeLSTM|Linear(Classifier|Regressor)|TreeEnsemble.*|SVM(Classifier|Regressor)|Einsum|.*EmbedLayerNormalization|BiasGelu|QMoE|MoE|CDist)/

/** Mixes values by weights, or two values of the model with each other. */
export const isMixer = (operator: string): boolean => LEARNED.test(operator)

/** Answers that differ from call to call. */
export const RANDOM = set(
  `RandomNormal RandomNormalLike RandomUniform RandomUniformLike Multinomial Bernoulli`,
)

export const STRINGS = set(`StringNormalizer StringConcat StringSplit RegexFullMatch TfIdfVectorizer
  com.microsoft:Tokenizer ai.onnx.contrib:StringRegexReplace`)

/** Two values become one, and each can decide what becomes of the other. */
export const JOINS =
  set(`Where If Mul Add Sub Div Min Max Pow Sum Mean And Or Xor Mod PRelu ScatterND ScatterElements
  Scatter Gather GatherElements GatherND Compress MatMul Einsum Clip OneHot BitwiseAnd BitwiseOr BitwiseXor Pad
  ai.onnx.ml:ArrayFeatureExtractor Equal Loop Scan Concat`)
