/** Hostile containers: PyTorch, NumPy, joblib streams, ZIP and tar faults, disguises and bombs. */
import { deflateSync, gzipSync } from 'node:zlib'
import { bytes, tar, u16, u32, u64, zip } from './bytes.ts'
import { type CorpusFile, systemCall } from './pickle-parts.ts'

const benign = bytes(0x80, 2, '}.')
const data = (pickle: Buffer = systemCall()) => ({ name: 'archive/data.pkl', data: pickle })
const version = { name: 'archive/version', data: Buffer.from('3\n') }

const torchFiles = (): CorpusFile[] => [
  { name: 'torch.pt', data: zip([data(), version]) },
  { name: 'torch-deflated.pt', data: zip([{ ...data(), method: 8 }, version]) },
  { name: 'torch-no-end.pt', data: zip([data(), version], { noEnd: true }) },
  { name: 'torch-cut-directory.pt', data: zip([data(), version]).subarray(0, -30) },
  { name: 'torch-wrong-crc.pt', data: zip([{ ...data(), crc: 1 }, version]) },
  { name: 'torch-encrypted-flag.pt', data: zip([{ ...data(), flags: 1 }, version]) },
  { name: 'torch-strong-encryption-flag.pt', data: zip([{ ...data(), flags: 0x41 }, version]) },
  { name: 'torch-two-pickles.pt', data: zip([data(benign), data(), version]) },
  {
    name: 'torch-local-name.pt',
    data: zip([{ ...data(), name: 'archive/readme', localName: 'archive/data.pkl' }, data(benign), version]),
  },
  { name: 'torch-local-method.pt', data: zip([{ ...data(benign), localMethod: 8 }, version]) },
  { name: 'torch-hidden-member.pt', data: zip([{ ...data(), hidden: true }, data(benign), version]) },
  {
    name: 'torch-second-name.pt',
    data: zip([{ ...data(benign), extra: bytes(u16(0x7075), u16(9), 1, u32(0), 'evil') }, version]),
  },
  {
    name: 'torch-prefix.pt',
    data: zip([data(), version], { prefix: Buffer.from('PK\x03\x04 not really a header here....') }),
  },
  { name: 'torch-suffix.pt', data: zip([data(benign), version], { suffix: systemCall() }) },
  {
    name: 'torch-other-pickle.pt',
    data: zip([data(benign), { name: 'archive/extra/other.pkl', data: systemCall() }, version]),
  },
  {
    name: 'torch-unnamed-pickle.pt',
    data: zip([data(benign), { name: 'archive/extra/weights', data: systemCall() }, version]),
  },
  { name: 'torch-unknown-method.pt', data: zip([{ ...data(), method: 93 }, version]) },
  { name: 'torch-named.bin', data: zip([data(), version]) },
  {
    name: 'torch-missing-storage.pt',
    data: zip([
      data(bytes(0x80, 2, '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ.')),
      version,
    ]),
  },
  {
    name: 'torchscript.pt',
    data: zip([
      data(benign),
      {
        name: 'archive/code/__torch__.py',
        data: Buffer.from('def forward(self):\n  return torch.from_file("/etc/passwd")\n'),
      },
      version,
    ]),
  },
  {
    name: 'torch-legacy.pth',
    data: bytes(
      Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex'),
      0x80,
      2,
      'M\xe9\x03.',
      0x80,
      2,
      '}.',
      systemCall(),
      0x80,
      2,
      '].',
    ),
  },
  {
    name: 'torch-tar.pth',
    data: tar([
      { name: 'sys_info', data: benign },
      { name: 'pickle', data: systemCall() },
      { name: 'storages', data: bytes(0x80, 2, 'K\0.') },
      { name: 'tensors', data: bytes(0x80, 2, 'K\0.') },
    ]),
  },
  {
    name: 'torch-tar-storages.pth',
    data: tar([
      { name: 'pickle', data: benign },
      { name: 'storages', data: bytes(0x80, 2, 'K\x01.', systemCall()) },
      { name: 'tensors', data: bytes(0x80, 2, 'K\0.') },
    ]),
  },
]

const npy = (descr: string, rest: Uint8Array): Buffer => {
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }\n`
  return bytes('\x93NUMPY\x01\x00', u16(header.length), header, rest)
}

const numpyFiles = (): CorpusFile[] => [
  { name: 'objects.npy', data: npy("'|O'", systemCall()) },
  { name: 'objects-in-fields.npy', data: npy("[('a', '<f8'), ('b', '|O')]", systemCall()) },
  { name: 'code-in-header.npy', data: npy("__import__('os').system('true')", Buffer.alloc(8)) },
  { name: 'trailing.npy', data: npy("'<f8'", bytes(Buffer.alloc(8), systemCall())) },
  { name: 'short.npy', data: npy("'<f8'", Buffer.alloc(2)) },
  { name: 'objects.npz', data: zip([{ name: 'a.npy', data: npy("'|O'", systemCall()), method: 8 }]) },
  { name: 'pickle-in.npz', data: zip([{ name: 'a.npy', data: systemCall() }]) },
]

const wrapped = (payload: Buffer): Buffer =>
  bytes(
    0x80,
    4,
    0x8c,
    19,
    'joblib.numpy_pickle',
    0x8c,
    17,
    'NumpyArrayWrapper',
    0x93,
    ')',
    0x81,
    '}(',
    0x8c,
    5,
    'dtype',
    0x8c,
    5,
    'numpy',
    0x8c,
    5,
    'dtype',
    0x93,
    0x8c,
    2,
    'u1',
    0x85,
    'R',
    0x8c,
    5,
    'shape',
    'K',
    payload.length,
    0x85,
    'ub',
    payload,
    '.',
  )

const streamFiles = (): CorpusFile[] => [
  { name: 'joblib-zlib.joblib', data: deflateSync(systemCall()) },
  { name: 'joblib-gzip.joblib', data: gzipSync(systemCall()) },
  { name: 'gzip-in-gzip.pkl.gz', data: gzipSync(gzipSync(systemCall())) },
  { name: 'gzip-two-members.pkl.gz', data: bytes(gzipSync(benign), gzipSync(systemCall())) },
  { name: 'gzip-trailing.pkl.gz', data: bytes(gzipSync(benign), systemCall()) },
  { name: 'gzip-cut.pkl.gz', data: gzipSync(systemCall()).subarray(0, -9) },
  {
    name: 'gzip-wrong-sum.pkl.gz',
    data: bytes(gzipSync(benign).subarray(0, -8), u32(7), u32(benign.length)),
  },
  { name: 'joblib-array-data.joblib', data: wrapped(bytes('0', systemCall().subarray(2))) },
]

const archiveFiles = (): CorpusFile[] => [
  {
    name: 'nested.zip',
    data: zip([{ name: 'inner.zip', data: zip([{ name: 'model.pkl', data: systemCall() }]) }]),
  },
  {
    name: 'deep.zip',
    data: Array.from({ length: 12 }).reduce<Buffer>(
      (inner) => zip([{ name: 'inner.zip', data: inner }]),
      systemCall(),
    ),
  },
  {
    name: 'zip-in-tar.tar',
    data: tar([{ name: 'a.zip', data: zip([{ name: 'model.pkl', data: systemCall() }]) }]),
  },
  { name: 'tar-in-gzip.tar.gz', data: gzipSync(tar([{ name: 'model.pkl', data: systemCall() }])) },
  { name: 'traversal.zip', data: zip([{ name: '../../evil.txt', data: Buffer.from('x') }]) },
  { name: 'absolute.zip', data: zip([{ name: '/etc/cron.d/x', data: Buffer.from('x') }]) },
  { name: 'backslash.zip', data: zip([{ name: '..\\evil.txt', data: Buffer.from('x') }]) },
  { name: 'link.zip', data: zip([{ name: 'weights', data: Buffer.from('/etc/passwd'), mode: 0o120777 }]) },
  { name: 'traversal.tar', data: tar([{ name: '../evil', data: Buffer.from('x') }]) },
  { name: 'link.tar', data: tar([{ name: 'a', type: '2', link: '/etc/passwd' }]) },
  { name: 'device.tar', data: tar([{ name: 'a', type: '3' }]) },
  {
    name: 'duplicate.zip',
    data: zip([
      { name: 'a.txt', data: Buffer.from('x') },
      { name: 'a.txt', data: Buffer.from('y') },
    ]),
  },
  { name: 'wrong-size.zip', data: zip([{ name: 'a.txt', data: Buffer.from('xxxxx'), method: 8, size: 2 }]) },
  { name: 'tar-named.pt', data: tar([{ name: 'model.pkl', data: systemCall() }]) },
  { name: '7z-named.pt', data: bytes('7z\xbc\xaf\x27\x1c\0\x04', Buffer.alloc(40)) },
  { name: 'rar-named.bin', data: bytes('Rar!\x1a\x07\x01\0', Buffer.alloc(40)) },
  { name: 'zstd-named.pkl', data: bytes('\x28\xb5\x2f\xfd', Buffer.alloc(40)) },
  { name: 'elf-named.bin', data: bytes('\x7fELF\x02\x01\x01', Buffer.alloc(60)) },
  { name: 'exe-named.onnx', data: bytes('MZ', Buffer.alloc(58), u32(64), 'PE\0\0', Buffer.alloc(40)) },
  {
    name: 'shared-object.zip',
    data: zip([{ name: 'lib.so', data: bytes('\x7fELF\x02\x01\x01', Buffer.alloc(60)) }]),
  },
  {
    name: 'picture-and-zip.png',
    data: bytes(
      '\x89PNG\r\n\x1a\n',
      '\0\0\0\0IEND\xaeB`\x82',
      zip([{ name: 'model.pkl', data: systemCall() }]),
    ),
  },
  {
    name: 'text-and-zip.txt',
    data: zip([{ name: 'model.pkl', data: systemCall() }], { prefix: Buffer.from('hello\n') }),
  },
  { name: 'empty.pkl', data: Buffer.alloc(0) },
  { name: 'unknown.bin', data: bytes(u64(0x1122_3344_5566_7788n), Buffer.alloc(30, 0xee)) },
]

export const maliciousArchives = (): CorpusFile[] => [
  ...torchFiles(),
  ...numpyFiles(),
  ...streamFiles(),
  ...archiveFiles(),
]
