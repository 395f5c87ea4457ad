/** Allowed callables used in a way that is not allowed. */
import { bytes, u32 } from './bytes.ts'
import { type CorpusFile, call, oneTuple, stackGlobal, text } from './pickle-parts.ts'

export const maliciousCalls = (): CorpusFile[] => [
  {
    name: 'codecs-encode.pkl',
    data: bytes(0x80, 4, stackGlobal('_codecs', 'encode'), text('x'), text('zlib'), 0x86, 'R.'),
  },
  {
    name: 'bytearray-bomb.pkl',
    data: bytes(0x80, 4, stackGlobal('builtins', 'bytearray'), 'J', u32(0x7fff_ffff), 0x85, 'R.'),
  },
  {
    name: 'range-bomb.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('builtins', 'set'),
      stackGlobal('builtins', 'range'),
      'J',
      u32(0x7fff_ffff),
      0x85,
      'R',
      0x85,
      'R.',
    ),
  },
  {
    // Setting a state that holds one tuple in exponentially many places, in a file that then breaks off.
    name: 'state-bomb.pkl',
    data: bytes(0x80, 4, 'K\x01', ...Array.from({ length: 60 }, () => bytes('2', 0x86)), 'b'),
  },
  {
    name: 'hash-bomb.pkl',
    data: bytes(
      0x80,
      4,
      'K\x01',
      ...Array.from({ length: 60 }, () => bytes('2', 0x86)),
      '}',
      0x94,
      '0',
      ']0}',
      'h\x000',
      bytes('K\x01', ...Array.from({ length: 60 }, () => bytes('2', 0x86))),
      'Ns.',
    ),
  },
  { name: 'memmap-write.pkl', data: call(stackGlobal('numpy', 'memmap'), 'owned') },
  {
    name: 'memmap-newobj.pkl',
    data: bytes(0x80, 4, stackGlobal('numpy', 'memmap'), oneTuple(text('owned')), 0x81, '.'),
  },
  {
    name: 'partial-of-load.pkl',
    data: bytes(0x80, 4, stackGlobal('functools', 'partial'), oneTuple(stackGlobal('joblib', 'load')), 'R.'),
  },
  {
    name: 'partial-called.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('functools', 'partial'),
      oneTuple(stackGlobal('builtins', 'sorted')),
      'R',
      oneTuple(text('x')),
      'R.',
    ),
  },
  {
    name: 'reconstruct-huge.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('numpy.core.multiarray', '_reconstruct'),
      stackGlobal('numpy', 'ndarray'),
      'J',
      u32(0x7fff_ffff),
      0x85,
      'C\x01b',
      0x87,
      'R.',
    ),
  },
  {
    name: 'rebuild-from-type.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('torch._tensor', '_rebuild_from_type_v2'),
      '(',
      stackGlobal('builtins', 'sorted'),
      stackGlobal('torch', 'Tensor'),
      ')}tR.',
    ),
  },
  {
    name: 'generator-ctor.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('numpy.random._pickle', '__generator_ctor'),
      text('x'),
      stackGlobal('numpy', 'memmap'),
      0x86,
      'R.',
    ),
  },
  {
    name: 'ordered-dict-hooks.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('argparse', 'Namespace'),
      ')',
      0x81,
      stackGlobal('collections', 'OrderedDict'),
      ']',
      text('append'),
      stackGlobal('builtins', 'sorted'),
      0x86,
      'a',
      0x85,
      'R',
      'b',
      text('x'),
      'a.',
    ),
  },
  {
    name: 'mentioned-called.pkl',
    data: call(stackGlobal('sklearn.metrics._classification', 'accuracy_score'), 'x'),
  },
]
