/** One file or member: sniffed, read by its format's reader, compared with its name. Members come back here. */
import { hasAppendedZip } from './archive/zip-directory.ts'
import { MalformedError } from './byte-stream.ts'
import { type Content, headOf } from './content.ts'
import { expectedFormats, extensionOf, isPickleName } from './extension.ts'
import { scanBinary } from './format/binary-file.ts'
import { scanCompressed } from './format/compressed-file.ts'
import { scanGguf } from './format/gguf.ts'
import { scanImage } from './format/image.ts'
import { scanNpy } from './format/npy.ts'
import { probePickle, scanPickles } from './format/pickle-file.ts'
import { scanSafetensors } from './format/safetensors.ts'
import { scanTar } from './format/tar-file.ts'
import { scanZip } from './format/zip-file.ts'
import { scanHdf5 } from './hdf5/hdf5-file.ts'
import { scanOnnx } from './onnx/onnx-file.ts'
import type { Reader, ScanTask } from './reader.ts'
import { LimitError, quoted, type ScanContext } from './scan-context.ts'
import { type Format, HEAD_BYTES, sniff } from './sniff.ts'
import { scanSavedModel } from './tensorflow/saved-model.ts'
import { scanText } from './text/text-file.ts'
import { scanUbjson } from './text/ubjson.ts'

const scanPickleFile: Reader = ({ context, content, name }) => {
  context.setFormat('pickle')
  // Files of PyTorch keep storages apart; in others persistent ids mean nothing.
  const torch = /\.(pt|pth|bin|ckpt|t7|pkl|pickle)$/i.test(name)
  scanPickles(context, content.open(), { persistentIds: torch ? 'torch' : 'refuse' })
}

const tell =
  (rule: Parameters<ScanContext['report']>[0], format: string, message: string): Reader =>
  ({ context }) => {
    context.setFormat(format)
    context.report(rule, message)
  }

const named =
  (format: string): Reader =>
  ({ context }) =>
    context.setFormat(format)

const READERS: Readonly<Record<Format, Reader>> = {
  empty: tell('empty-file', 'empty', 'the file is empty'),
  pickle: scanPickleFile,
  zip: scanZip,
  tar: scanTar,
  gzip: scanCompressed('gzip'),
  zlib: scanCompressed('zlib'),
  bzip2: scanCompressed('bzip2'),
  xz: scanCompressed('xz'),
  lzma: scanCompressed('lzma'),
  lz4: scanCompressed('lz4'),
  npy: scanNpy,
  hdf5: scanHdf5,
  gguf: scanGguf,
  safetensors: scanSafetensors,
  onnx: scanOnnx,
  savedmodel: scanSavedModel,
  ubjson: scanUbjson,
  text: scanText,
  executable: tell('executable-file', 'executable', 'the file is a program or shared library'),
  'unsupported-archive': tell(
    'archive-unsupported',
    'archive',
    'an archive or compression that the scanner does not read',
  ),
  image: scanImage,
  parquet: named('parquet'),
  arrow: named('arrow'),
  tflite: tell('unknown-format', 'tflite', 'TensorFlow Lite models are not read'),
  sentencepiece: scanBinary,
  binary: scanBinary,
}

/** Formats without a strong signature may be a pickle of protocol 0 or 1. */
const WEAK: readonly Format[] = [
  'text',
  'binary',
  'sentencepiece',
  'onnx',
  'savedmodel',
  'ubjson',
  'zlib',
  'lzma',
  'safetensors',
  'image',
  'tflite',
]
/** An archive behind one of these is found by readers that look at the end of a file. */
const NO_APPENDIX: readonly Format[] = ['zip', 'tar', 'gzip', 'bzip2', 'xz', 'zlib', 'lzma', 'lz4', 'empty']

const judgeName = (task: ScanTask, format: Format): void => {
  const expected = expectedFormats(task.name)
  if (expected === undefined || format === 'empty' || expected.includes(format)) return
  task.context.report(
    'type-mismatch',
    `the name says ${quoted(extensionOf(task.name))}, the content is ${format}`,
  )
}

const judgeAppendix = (task: ScanTask, format: Format): void => {
  if (task.context.depth > 0 || NO_APPENDIX.includes(format)) return
  const source = task.content.source()
  if (!hasAppendedZip(source)) return
  task.context.report('archive-prefix', 'a ZIP archive stands behind the data')
  scanZip(task)
}

/** The format to read as: what looks like nothing else may still be an old pickle. */
const settle = (task: ScanTask, format: Format): Format => {
  if (!WEAK.includes(format)) return format
  const insists = isPickleName(task.name) && ['text', 'binary', 'sentencepiece', 'ubjson'].includes(format)
  return insists || probePickle(task.context, task.content) ? 'pickle' : format
}

/** Never throws but LimitError: whatever a reader cannot follow becomes a finding. */
export const scanContent = (context: ScanContext, content: Content, name: string): void => {
  const task: ScanTask = {
    context,
    content,
    name,
    scanMember: (member, inner) => {
      context.budget.countMember()
      const child = context.member(member)
      if (child.depth > context.limits.maxDepth) child.report('archive-limit', 'archives are nested too deep')
      else scanContent(child, inner, member)
    },
  }
  try {
    context.budget.checkTime()
    const head = headOf(content, HEAD_BYTES)
    const format = settle(task, sniff(head, content.size ?? Number.MAX_SAFE_INTEGER))
    READERS[format](task)
    judgeName(task, format)
    judgeAppendix(task, format)
  } catch (error) {
    if (error instanceof LimitError) {
      context.report(error.rule, error.message)
      // A bomb ends its own file only; time and members are shared by the whole scan.
      if (error.rule !== 'archive-bomb') throw error
    } else if (error instanceof MalformedError) context.report('tree-malformed', error.message)
    else
      context.report(
        'scan-failed',
        error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      )
  }
}
