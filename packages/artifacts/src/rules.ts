/** Every rule of the scanner: what it found, how bad, and what it does to the verdict. docs/reference/scan-rules.md is made from this. */

export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical'
export type Verdict = 'clean' | 'unverified' | 'blocked'

export type Rule = {
  readonly severity: Severity
  /** What one finding makes of its file. */
  readonly verdict: Verdict
  readonly summary: string
}

const blocked = (severity: Severity, summary: string): Rule => ({ severity, verdict: 'blocked', summary })
const unverified = (severity: Severity, summary: string): Rule => ({
  severity,
  verdict: 'unverified',
  summary,
})

const table = {
  'pickle-dangerous-global': blocked(
    'critical',
    'A pickle names a callable that can run code or reach the system.',
  ),
  'pickle-unknown-global': unverified(
    'high',
    'A pickle names a callable or class that is not on the allowlist.',
  ),
  'pickle-dynamic-global': unverified('high', 'A pickle computes the name of what it imports.'),
  'pickle-disallowed-call': unverified(
    'high',
    'A pickle calls something that the allowlist only lets it mention.',
  ),
  'pickle-computed-call': blocked('critical', 'A pickle calls the result of another call.'),
  'pickle-attribute-hook': blocked(
    'critical',
    'A pickle stores a callable where the loader itself would call it.',
  ),
  'pickle-class-tampering': blocked(
    'critical',
    'A pickle changes attributes of a class, function or module.',
  ),
  'pickle-bomb': blocked('high', 'A pickle is built to exhaust memory or time when it is loaded.'),
  'pickle-extension': unverified(
    'high',
    'A pickle uses the extension registry: what it imports is not in the file.',
  ),
  'pickle-persistent-id': unverified(
    'medium',
    'A pickle asks its loader for objects in a way this format does not.',
  ),
  'pickle-out-of-band': unverified('medium', 'A pickle needs buffers that are not in the file.'),
  'pickle-malformed': unverified(
    'high',
    'A pickle does not follow the protocol; loaders run what stands before the error.',
  ),
  'pickle-limit': unverified('medium', 'A pickle is larger or deeper than the scanner follows.'),
  'trailing-data': unverified('medium', 'Bytes follow the end of the format.'),
  'archive-encrypted': unverified('high', 'An archive member is encrypted and cannot be read.'),
  'archive-mismatch': blocked(
    'high',
    'The two indexes of an archive disagree: readers would see different files.',
  ),
  'archive-duplicate': blocked(
    'high',
    'Two members of an archive have the same name: readers would see different files.',
  ),
  'archive-traversal': blocked('high', 'A member name or link leads out of the archive.'),
  'archive-special-file': unverified('high', 'An archive holds a link, device or another special file.'),
  'archive-bomb': blocked('high', 'An archive or stream expands beyond the limits.'),
  'archive-damaged': unverified('high', 'An archive is damaged: tolerant readers may see other content.'),
  'archive-crc': unverified('high', 'A member does not have the checksum that the archive states.'),
  'archive-unsupported': unverified(
    'medium',
    'An archive or compression kind that the scanner does not read.',
  ),
  'archive-prefix': unverified('high', 'Data stands before the first member of an archive.'),
  'archive-limit': unverified('medium', 'Archives are nested too deep, or hold too many members.'),
  'torch-layout': unverified('high', 'A PyTorch file does not have the parts that its format requires.'),
  'torchscript-code': unverified(
    'high',
    'A TorchScript archive carries code that the scanner does not interpret.',
  ),
  'numpy-header': unverified('high', 'A NumPy header is not one that NumPy writes.'),
  'safetensors-header': unverified('high', 'A safetensors header breaks the format.'),
  'safetensors-layout': unverified(
    'high',
    'The tensors of a safetensors file overlap, leave gaps, overflow or lie about their size.',
  ),
  'gguf-header': unverified('high', 'A GGUF header breaks the format.'),
  'gguf-metadata': unverified('high', 'GGUF metadata or tensor places lie beyond the file or overflow.'),
  'template-injection': blocked(
    'critical',
    'A chat template reaches for Python internals: it would run code in the loader.',
  ),
  'template-unusual': unverified(
    'medium',
    'A chat template does not parse, or uses more than chat templates need.',
  ),
  'onnx-external-path': blocked('critical', 'An ONNX tensor is kept in a file outside of the model folder.'),
  'onnx-external-data': unverified('medium', 'An ONNX tensor is kept in another file in an unusual way.'),
  'onnx-custom-domain': unverified('high', 'An ONNX model needs operators from outside of the standard.'),
  'onnx-operator': unverified(
    'medium',
    'An ONNX operator loops, branches or otherwise needs a reader’s eye.',
  ),
  'onnx-recursive-function': blocked('high', 'ONNX functions call each other in a circle.'),
  'onnx-oversized': blocked(
    'high',
    'An ONNX constant or shape would allocate far more memory than the file holds.',
  ),
  'onnx-trigger': unverified(
    'high',
    'An ONNX graph makes a decision about its input beside the network and lets it change the answer.',
  ),
  'onnx-graph': unverified(
    'medium',
    'An ONNX graph has a pattern that backdoors use and that honest models rarely have.',
  ),
  'onnx-malformed': unverified('high', 'An ONNX model does not follow its protocol buffer schema.'),
  'keras-lambda': blocked('critical', 'A Keras layer carries serialised Python code.'),
  'keras-module': blocked('critical', 'A Keras configuration imports a module that is not part of Keras.'),
  'keras-unknown-object': unverified(
    'high',
    'A Keras configuration names a class or function that is not on the allowlist.',
  ),
  'keras-path': blocked(
    'high',
    'A Keras configuration or archive points to a file or address outside of the model.',
  ),
  'keras-config': unverified('high', 'A Keras configuration is missing or malformed.'),
  'hdf5-external': blocked('high', 'An HDF5 file reads data from another file.'),
  'hdf5-malformed': unverified('high', 'An HDF5 file has parts that the scanner does not understand.'),
  'hdf5-filter': unverified('high', 'An HDF5 dataset needs a filter that is loaded as a plug-in.'),
  'savedmodel-dangerous-op': blocked(
    'critical',
    'A TensorFlow graph reads or writes files, runs Python or talks to the network.',
  ),
  'savedmodel-unknown-op': unverified(
    'high',
    'A TensorFlow graph uses an operator that is not on the allowlist.',
  ),
  'savedmodel-malformed': unverified(
    'high',
    'A SavedModel or graph does not follow its protocol buffer schema.',
  ),
  'config-remote-code': blocked(
    'high',
    'A configuration makes its loader download or run code (`auto_map`, `trust_remote_code`, custom pipelines).',
  ),
  'config-object': blocked(
    'critical',
    'A document instantiates objects of a programming language when it is loaded.',
  ),
  'config-unknown-class': unverified(
    'high',
    'A configuration names a class to load that is not on the allowlist.',
  ),
  'config-malformed': unverified('medium', 'A configuration does not parse, or has the same key twice.'),
  'config-entity': blocked('high', 'An XML document declares entities or fetches outside documents.'),
  'config-template-link': blocked('high', 'A configuration points to a file outside of its folder.'),
  'requirement-source': blocked(
    'high',
    'A requirements file installs from an address or changes where packages come from.',
  ),
  'code-file': unverified('high', 'Program source: the scanner does not judge code.'),
  'executable-file': blocked('critical', 'A program or shared library.'),
  'script-in-document': unverified('high', 'A document carries active content.'),
  'type-mismatch': unverified('high', 'The content is not what the file name says.'),
  'xgboost-malformed': unverified('high', 'A gradient-boosting model does not follow its format.'),
  'tree-malformed': unverified('high', 'A structured document is malformed, too deep or too large.'),
  'unknown-format': unverified('medium', 'The scanner does not know this format.'),
  'empty-file': unverified('low', 'The file is empty.'),
  unreadable: unverified('medium', 'The file or folder cannot be read.'),
  'special-file': unverified('medium', 'A link that leads outside, a device, a pipe or a socket.'),
  'scan-limit': unverified(
    'medium',
    'A limit of time, memory or findings was reached before the end of the file.',
  ),
  'scan-failed': unverified('high', 'The scanner failed on this file.'),
  'member-blocked': blocked('high', 'A member of this file is blocked; its own entry says why.'),
  'member-unverified': unverified('medium', 'A member of this file is not verified; its own entry says why.'),
} as const satisfies Record<string, Rule>

export type RuleId = keyof typeof table

export const RULES: Readonly<Record<RuleId, Rule>> = table

const RANK: Readonly<Record<Verdict, number>> = { clean: 0, unverified: 1, blocked: 2 }

export const worse = (a: Verdict, b: Verdict): Verdict => (RANK[b] > RANK[a] ? b : a)
