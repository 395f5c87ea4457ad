/** TensorFlow operators: those that compute on tensors are allowed by exact name; those that reach outside are blocked. */

const split = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Read or write files, run Python or other code, or talk to other processes. */
export const DANGEROUS_OPERATORS: ReadonlySet<string> = new Set(
  split(`ReadFile WriteFile MatchingFiles PyFunc PyFuncStateless EagerPyFunc ImmutableConst Print PrintV2 DebugIdentity
  DebugIdentityV2 DebugIdentityV3 DebugNanCount DebugNumericSummary WholeFileReader WholeFileReaderV2 TextLineReader
  TextLineReaderV2 TFRecordReader TFRecordReaderV2 LMDBReader FixedLengthRecordReader FixedLengthRecordReaderV2
  IdentityReader ReaderRead ReaderReadV2 ReaderReadUpTo TFRecordDataset TFRecordDatasetV2 TextLineDataset
  FixedLengthRecordDataset FixedLengthRecordDatasetV2 CSVDataset CSVDatasetV2 SqlDataset LMDBDataset SaveDataset
  SaveDatasetV2 LoadDataset ExperimentalLMDBDataset ExperimentalCSVDataset ExperimentalSqlDataset DatasetToTFRecord
  ExperimentalDatasetToTFRecord SnapshotDataset SnapshotDatasetV2 DistributedSave GeneratorDataset CacheDataset
  CacheDatasetV2 CreateSummaryFileWriter CreateSummaryDbWriter SummaryWriter WriteSummary WriteScalarSummary
  WriteImageSummary WriteAudioSummary WriteGraphSummary WriteHistogramSummary WriteRawProtoSummary ImportEvent
  RpcCall RpcServer RpcClient TryRpc Rpc RegisterDataset DataServiceDataset DataServiceDatasetV2 RemoteCall
  RemoteFusedGraphExecute LoadLibrary CustomCall XlaCustomCall XlaCustomCallV2 TfLiteSubgraphExecute TPUPartitionedCall
  CollectiveGather CollectiveReduce SendTPUEmbeddingGradients Send Recv HostSend HostRecv _Send _Recv BigQueryReader
  GcsConfigureCredentials GcsConfigureBlockCache DecodeProtoV2 EncodeProto SdcaFprint MlirPassthroughOp
  ExecuteTPUEmbeddingPartitioner KafkaDataset S3Dataset`),
)

/** Arithmetic, arrays, networks, variables, control flow, strings and tables in memory. */
export const SAFE_OPERATORS: ReadonlySet<string> = new Set(
  split(`Abs AccumulateNV2 Acos Acosh Add AddN AddV2 AdjustContrast AdjustContrastv2 AdjustHue AdjustSaturation All Angle
  AnonymousIterator AnonymousIteratorV2 Any ApproximateEqual ArgMax ArgMin AsString Asin Asinh Assert Assign AssignAdd
  AssignAddVariableOp AssignSub AssignSubVariableOp AssignVariableOp Atan Atan2 Atanh AvgPool AvgPool3D AvgPoolGrad
  BatchDataset BatchDatasetV2 BatchMatMul BatchMatMulV2 BatchMatMulV3 BatchNormWithGlobalNormalization BatchToSpace
  BatchToSpaceND BesselI0 BesselI0e BesselI1 BesselI1e Betainc BiasAdd BiasAddGrad BiasAddV1 Bincount Bitcast BitwiseAnd
  BitwiseOr BitwiseXor BoostedTreesBucketize BroadcastArgs BroadcastGradientArgs BroadcastTo Bucketize Case Cast Ceil
  CheckNumerics CheckNumericsV2 Cholesky ClipByValue CombinedNonMaxSuppression Complex ComplexAbs Concat ConcatV2
  ConcatOffset Conj ConjugateTranspose Const ConsumeMutexLock ControlTrigger Conv2D Conv2DBackpropFilter
  Conv2DBackpropInput Conv3D Conv3DBackpropFilterV2 Conv3DBackpropInputV2 Cos Cosh CropAndResize Cross CTCBeamSearchDecoder
  CTCGreedyDecoder CTCLoss CudnnRNN CudnnRNNV2 CudnnRNNV3 Cumprod Cumsum CumulativeLogsumexp DataFormatVecPermute
  DecodeBase64 DecodeBmp DecodeGif DecodeImage DecodeJpeg DecodePng DecodeRaw DecodeWav DecodeCSV DecodeAndCropJpeg
  DeepCopy DenseBincount DenseToDenseSetOperation DepthToSpace DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter
  DepthwiseConv2dNativeBackpropInput Dequantize DestroyResourceOp Diag DiagPart Digamma Dilation2D Div DivNoNan
  DynamicPartition DynamicStitch EditDistance Einsum Elu EluGrad Empty EmptyTensorList EncodeBase64 EncodeJpeg EncodePng
  EnsureShape Enter Equal Erf Erfc Erfinv EuclideanNorm Exit Exp ExpandDims Expm1 ExtractGlimpse ExtractImagePatches
  ExtractJpegShape ExtractVolumePatches FFT FFT2D FFT3D FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars
  FakeQuantWithMinMaxVarsPerChannel FakeParam Fill FilterDataset FlatMapDataset Floor FloorDiv FloorMod For
  FractionalAvgPool FractionalMaxPool FusedBatchNorm FusedBatchNormGrad FusedBatchNormV2 FusedBatchNormV3
  FusedBatchNormGradV3 FusedPadConv2D FusedResizeAndPadConv2D Gather GatherNd GatherV2 GenerateBoundingBoxProposals
  Greater GreaterEqual GuaranteeConst HSVToRGB HashTable HashTableV2 HistogramFixedWidth IFFT IFFT2D IFFT3D IRFFT IRFFT2D
  Identity IdentityN If Igamma Igammac Imag ImageProjectiveTransformV2 ImageProjectiveTransformV3 InTopK InTopKV2
  InitializeTable InitializeTableV2 Inv Invert InvertPermutation IsFinite IsInf IsNan IsVariableInitialized
  IteratorGetNext IteratorV2 L2Loss LRN LSTMBlockCell BlockLSTM BlockLSTMV2 LeakyRelu LeakyReluGrad LeftShift Less
  LessEqual Lgamma LinSpace ListDiff Log Log1p LogSoftmax LogicalAnd LogicalNot LogicalOr LookupTableExport
  LookupTableExportV2 LookupTableFind LookupTableFindV2 LookupTableImport LookupTableImportV2 LookupTableInsert
  LookupTableInsertV2 LookupTableRemoveV2 LookupTableSize LookupTableSizeV2 LoopCond LowerBound LU MakeIterator MapDataset
  MatMul MatrixBandPart MatrixDeterminant MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2
  MatrixDiagV3 MatrixInverse MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3 MatrixSolve MatrixTriangularSolve Max MaxPool
  MaxPool3D MaxPoolGrad MaxPoolV2 MaxPoolWithArgmax Maximum Mean Merge MergeV2Checkpoints Min Minimum MirrorPad
  MirrorPadGrad Mod Mul MulNoNan Multinomial MutableHashTable MutableHashTableV2 MutableDenseHashTableV2 Ndtri Neg
  NextAfter NextIteration NoOp NonMaxSuppression NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4
  NonMaxSuppressionV5 NonMaxSuppressionWithOverlaps NotEqual OneHot OnesLike OptionalFromValue OptionalGetValue
  OptionalHasValue OptionalNone Pack Pad PadV2 ParallelConcat ParallelDynamicStitch ParseExample ParseExampleV2
  ParseSingleExample ParseTensor PartitionedCall Placeholder PlaceholderV2 PlaceholderWithDefault Polygamma
  PopulationCount Pow PrefetchDataset PreventGradient Prod Qr QuantizeAndDequantize QuantizeAndDequantizeV2
  QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 QuantizeV2 QuantizedConv2D QuantizedMatMul RFFT RFFT2D RGBToHSV
  RaggedBincount RaggedCross RaggedGather RaggedRange RaggedTensorFromVariant RaggedTensorToSparse RaggedTensorToTensor
  RaggedTensorToVariant RandomCrop RandomGamma RandomPoisson RandomPoissonV2 RandomShuffle RandomStandardNormal
  RandomUniform RandomUniformInt Range RangeDataset Rank ReadVariableOp Real RealDiv Reciprocal ReduceDataset ReduceJoin
  RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace Relu Relu6 Relu6Grad ReluGrad RepeatDataset Reshape
  ResizeArea ResizeBicubic ResizeBilinear ResizeBilinearGrad ResizeNearestNeighbor ResizeNearestNeighborGrad
  ResourceApplyAdam ResourceApplyGradientDescent ResourceApplyMomentum ResourceApplyRMSProp ResourceApplyAdagrad
  ResourceApplyKerasMomentum ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterUpdate ResourceScatterNdUpdate
  ResourceStridedSliceAssign RestoreV2 Restore Reverse ReverseSequence ReverseV2 RightShift Rint RngReadAndSkip RngSkip
  Roll Round Rsqrt RsqrtGrad SampleDistortedBoundingBox SampleDistortedBoundingBoxV2 SaveV2 SaveSlices Save
  ScaleAndTranslate ScatterNd ScatterNdAdd ScatterNdUpdate ScatterUpdate SearchSorted Select SelectV2 SelfAdjointEigV2
  Selu SerializeTensor SerializeSparse SerializeManySparse Shape ShapeN ShardedFilename ShuffleDataset Sigmoid SigmoidGrad
  Sign Sin Sinh Size Slice Snapshot Softmax SoftmaxCrossEntropyWithLogits Softplus SoftplusGrad Softsign SpaceToBatch
  SpaceToBatchND SpaceToDepth SparseAdd SparseBincount SparseConcat SparseCross SparseCrossHashed SparseCrossV2
  SparseFillEmptyRows SparseGather SparseReduceSum SparseReorder SparseReshape SparseSegmentMean SparseSegmentSqrtN
  SparseSegmentSum SparseSlice SparseSoftmax SparseSoftmaxCrossEntropyWithLogits SparseSplit SparseTensorDenseMatMul
  SparseToDense SparseToSparseSetOperation Split SplitV Sqrt SqrtGrad Square SquaredDifference Squeeze Stack StackPopV2
  StackPushV2 StackV2 StatefulPartitionedCall StatefulRandomBinomial StatefulStandardNormalV2 StatefulUniform
  StatefulUniformInt StatefulTruncatedNormal StatelessIf StatelessCase StatelessMultinomial StatelessRandomGetKeyCounter
  StatelessRandomGetKeyCounterAlg StatelessRandomGetAlg StatelessRandomNormal StatelessRandomNormalV2
  StatelessRandomUniform StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessRandomUniformV2
  StatelessTruncatedNormal StatelessTruncatedNormalV2 StatelessWhile StopGradient StridedSlice StridedSliceGrad StringFormat
  StringJoin StringLength StringLower StringNGrams StringSplit StringSplitV2 StringStrip StringToHashBucket
  StringToHashBucketFast StringToHashBucketStrong StringToNumber StringUpper Sub Substr Sum Svd Switch TakeDataset Tan
  Tanh TanhGrad TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayReadV3 TensorArrayScatterV3 TensorArraySizeV3
  TensorArrayV3 TensorArrayWriteV3 TensorDataset TensorListConcat TensorListConcatV2 TensorListElementShape
  TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
  TensorListReserve TensorListResize TensorListScatter TensorListScatterIntoExistingList TensorListScatterV2
  TensorListSetItem TensorListSplit TensorListStack TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub
  TensorScatterUpdate TensorSliceDataset TensorStridedSliceUpdate Tile Timestamp TopK TopKV2 Transpose TridiagonalSolve
  TruncateDiv TruncateMod TruncatedNormal UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript
  UnicodeTranscode Unique UniqueV2 UniqueWithCounts UniqueWithCountsV2 Unpack UnravelIndex UnsortedSegmentJoin
  UnsortedSegmentMax UnsortedSegmentMean UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum SegmentMax SegmentMean
  SegmentMin SegmentProd SegmentSum UpperBound VarHandleOp VarIsInitializedOp Variable VariableShape VariableV2 Where While
  Xdivy Xlog1py Xlogy ZerosLike Zeta ZipDataset _FusedBatchNormEx _FusedConv2D _FusedMatMul _Arg _Retval _HostCast
  BatchNorm StatefulStandardNormal NonSerializableDataset ModelDataset OptimizeDatasetV2 ParallelMapDatasetV2
  MapAndBatchDataset ShuffleAndRepeatDatasetV2 ScalarSummary HistogramSummary MergeSummary ImageSummary TensorSummary
  AudioSpectrogram Mfcc
 `),
)
