/** Hostile pickles by bypass class. Payloads are harmless (`true`, `id`) and nothing ever loads these files. */
import { bytes, u32, u64 } from './bytes.ts'
import { maliciousCalls } from './malicious-calls.ts'
import { type CorpusFile, call, oneTuple, stackGlobal, systemCall, text } from './pickle-parts.ts'

/** Callables of the standard library and of allowed libraries that published bypasses went through. */
const GADGETS = `
os:system nt:system subprocess:Popen builtins:eval builtins:exec __builtin__:eval
builtins:__import__ runpy:run_path pip:main pip._internal:main ensurepip:_run_pip venv:create
timeit:timeit cProfile:run profile:run pdb:run bdb:Bdb.run trace:Trace.run doctest:debug_script
code:InteractiveInterpreter.runcode importlib:import_module pkgutil:resolve_name marshal:loads
pickle:loads _pickle:loads dill:loads cloudpickle:loads joblib:load torch:load numpy:load
numpy.testing._private.utils:runstring numpy.f2py.crackfortran:getlincoef
numpy.f2py.crackfortran:_eval_length numpy.core._ufunc_reconstruct:x
numpy._core:_ufunc_reconstruct torch.utils.bottleneck.__main__:run_cprofile
torch.utils._config_module:ConfigModule.load_config torch.utils.collect_env:run
torch.jit.unsupported_tensor_ops:execWrapper torch._dynamo.guards:GuardBuilder.get
torch.fx.experimental.symbolic_shapes:ShapeEnv.evaluate_guards_expression
torch.distributed.rpc:rpc_sync torch.storage:_load_from_bytes torch.hub:load
idlelib.pyshell:ModifiedInterpreter.runcode idlelib.autocomplete:AutoComplete.get_entity
idlelib.debugobj:ObjectTreeItem.SetText lib2to3.pgen2.pgen:ParserGenerator.make_label
lib2to3.pgen2.grammar:Grammar.loads asyncio.unix_events:_UnixSubprocessTransport._start
uuid:_get_command_stdout logging.config:valid_ident ctypes:CDLL _io:FileIO io:open shutil:rmtree
distutils.file_util:write_file urllib.request:urlopen http.client:HTTPSConnection requests:get
smtplib:SMTP socket:create_connection webbrowser:open functools:reduce operator:attrgetter
operator:methodcaller _operator:attrgetter types:CodeType types:FunctionType sqlite3:connect
multiprocessing.util:spawnv_passfds pandas:read_pickle pandas.io.common:get_handle
sklearn.utils._testing:assert_run_python_script scipy.io:loadmat tensorflow:io gc:get_objects
sys:modules signal:raise_signal cgitb:lookup zipimport:zipimporter ssl:get_server_certificate
setuptools.package_index:PackageIndex picklescan.scanner:scan_bytes fickling:load
an_unknown_module:Anything
`
  .trim()
  .split(/\s+/)
  .map((pair): readonly [string, string] => [pair.split(':')[0] ?? '', pair.split(':')[1] ?? ''])

const gadgetFiles = (): CorpusFile[] =>
  GADGETS.map(([module, name]) => ({
    name: `gadget-${module}-${name}.pkl`,
    data: call(stackGlobal(module, name), 'true'),
  }))

/** The same call written in each protocol and by each opcode that calls. */
const opcodeFiles = (): CorpusFile[] => [
  { name: 'protocol-0.pkl', data: bytes('cposix\nsystem\np0\n(Vtrue\np1\ntp2\nRp3\n.') },
  { name: 'protocol-1.pkl', data: bytes('cposix\nsystem\nq\x00(X', u32(4), 'trueq\x01tq\x02Rq\x03.') },
  { name: 'inst.pkl', data: bytes("(S'true'\nios\nsystem\n.") },
  { name: 'obj.pkl', data: bytes("(cos\nsystem\nS'true'\no.") },
  {
    name: 'newobj.pkl',
    data: bytes(0x80, 4, stackGlobal('subprocess', 'Popen'), oneTuple(text('true')), 0x81, '.'),
  },
  {
    name: 'newobj-ex.pkl',
    data: bytes(0x80, 4, stackGlobal('subprocess', 'Popen'), oneTuple(text('true')), '}', 0x92, '.'),
  },
  {
    name: 'build-setstate.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('collections', 'OrderedDict'),
      ')R}',
      text('__setstate__'),
      stackGlobal('builtins', 'sorted'),
      's',
      'b',
      text('true'),
      'b.',
    ),
  },
  {
    name: 'build-append.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('argparse', 'Namespace'),
      ')',
      0x81,
      '}',
      text('append'),
      stackGlobal('joblib', 'load'),
      's',
      'b',
      text('x'),
      'a.',
    ),
  },
  {
    name: 'build-on-class.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('collections', 'OrderedDict'),
      'N}',
      text('__init__'),
      stackGlobal('builtins', 'sorted'),
      's',
      0x86,
      'b.',
    ),
  },
  { name: 'extension.pkl', data: bytes(0x80, 4, 0x82, 1, ')R.') },
  { name: 'extension-4.pkl', data: bytes(0x80, 4, 0x84, u32(70000), ')R.') },
  { name: 'persistent-id.pkl', data: bytes('Pattacker\n.') },
  { name: 'out-of-band.pkl', data: bytes(0x80, 5, 0x97, 0x98, '.') },
  { name: 'frame-hidden.pkl', data: bytes(0x80, 4, 0x95, u64(4), 'N0N0', systemCall().subarray(2)) },
]

/** Names that a scanner must compute as the unpickler does. */
const nameFiles = (): CorpusFile[] => [
  {
    name: 'memo-confusion.pkl',
    data: bytes(
      0x80,
      4,
      text('os'),
      'q\x00',
      text('system'),
      'q\x01',
      '00',
      text('torch._utils'),
      0x94,
      '0',
      text('_rebuild_tensor_v2'),
      0x94,
      '0',
      'h\x00h\x01',
      0x93,
      oneTuple(text('true')),
      'R.',
    ),
  },
  {
    name: 'memo-overwrite.pkl',
    data: bytes(
      0x80,
      4,
      text('collections'),
      'q\x00',
      '0',
      text('posix'),
      'q\x00',
      '0h\x00',
      text('system'),
      0x93,
      oneTuple(text('true')),
      'R.',
    ),
  },
  {
    name: 'memo-sparse.pkl',
    data: bytes(
      0x80,
      4,
      text('posix'),
      'r',
      u32(3_000_000_000),
      '0j',
      u32(3_000_000_000),
      text('system'),
      0x93,
      oneTuple(text('true')),
      'R.',
    ),
  },
  {
    name: 'dup-name.pkl',
    data: bytes(0x80, 4, text('posix'), text('system'), '2', '0', 0x93, oneTuple(text('true')), 'R.'),
  },
  {
    name: 'escaped-name.pkl',
    data: bytes(0x80, 4, "S'\\x70osix'\n", "S'system'\n", 0x93, oneTuple(text('true')), 'R.'),
  },
  {
    name: 'unicode-escaped-name.pkl',
    data: bytes(0x80, 4, 'V\\u0070osix\n', 'Vsystem\n', 0x93, oneTuple(text('true')), 'R.'),
  },
  {
    name: 'computed-name.pkl',
    data: bytes(
      0x80,
      4,
      stackGlobal('_codecs', 'encode'),
      text('posix'),
      text('latin1'),
      0x86,
      'R',
      text('system'),
      0x93,
      oneTuple(text('true')),
      'R.',
    ),
  },
  {
    name: 'dotted-name.pkl',
    data: call(stackGlobal('collections', 'OrderedDict.__init__.__globals__'), 'true'),
  },
  { name: 'dotted-allowed-module.pkl', data: call(stackGlobal('numpy', 'testing.runstring'), 'true') },
  { name: 'nul-in-name.pkl', data: call(stackGlobal('posix\0', 'system'), 'true') },
  { name: 'space-in-name.pkl', data: bytes('c posix\nsystem\n(Vtrue\ntR.') },
  { name: 'carriage-return-name.pkl', data: bytes('cposix\r\nsystem\r\n(Vtrue\ntR.') },
  { name: 'python-2-name.pkl', data: bytes("c__builtin__\neval\n(S'1'\ntR.") },
  { name: 'commands-python-2.pkl', data: bytes("ccommands\ngetoutput\n(S'id'\ntR.") },
  {
    name: 'deep-memo-string.pkl',
    data: bytes(
      0x80,
      4,
      Buffer.concat(Array.from({ length: 3000 }, (_, index) => bytes(text(`w${index}`), 0x94, '0'))),
      text('posix'),
      0x94,
      '0',
      text('system'),
      0x94,
      '0',
      'j',
      u32(3000),
      'j',
      u32(3001),
      0x93,
      oneTuple(text('true')),
      'R.',
    ),
  },
]

const endless = (): Buffer => bytes(0x80, 4, Buffer.alloc(3_000_000, '('))

/** Files that are more than one pickle, or less. */
const shapeFiles = (): CorpusFile[] => [
  { name: 'broken-after-payload.pkl', data: bytes(systemCall().subarray(0, -1), '\xff\xff') },
  { name: 'no-stop.pkl', data: systemCall().subarray(0, -1) },
  { name: 'stacked.pkl', data: bytes(0x80, 4, 'N.', systemCall()) },
  {
    name: 'stacked-after-many.pkl',
    data: bytes(Buffer.concat(Array.from({ length: 50 }, () => bytes(0x80, 4, 'N.'))), systemCall()),
  },
  { name: 'trailing-garbage.pkl', data: bytes(0x80, 4, 'N.', 'garbage behind') },
  { name: 'nested-in-bytes.pkl', data: bytes(0x80, 4, 'C', systemCall().length, systemCall(), '.') },
  {
    name: 'nested-twice.pkl',
    data: bytes(
      0x80,
      4,
      'C',
      systemCall().length + 5,
      0x80,
      4,
      'C',
      systemCall().length,
      systemCall(),
      '.',
      '.',
    ),
  },
  { name: 'nested-protocol-0.pkl', data: bytes(0x80, 4, 'C', 25, 'cposix\nsystem\n(Vtrue\ntR.x', '.') },
  { name: 'mark-bomb.pkl', data: endless() },
  { name: 'unknown-protocol.pkl', data: bytes(0x80, 9, systemCall().subarray(2)) },
  { name: 'pickle-named.txt', data: bytes('cposix\nsystem\n(Vtrue\ntR.') },
  { name: 'pickle-named.safetensors', data: systemCall() },
  { name: 'pickle-named.json', data: systemCall() },
  { name: 'pickle-named.bin', data: systemCall() },
  { name: 'pickle-named.npy', data: systemCall() },
  { name: 'pickle-without-name', data: systemCall() },
  { name: 'data-first-protocol-0.dat', data: bytes('(lp0\nI1\na0cposix\nsystem\n(Vtrue\ntR.') },
]

export const maliciousPickles = (): CorpusFile[] => [
  ...gadgetFiles(),
  ...opcodeFiles(),
  ...nameFiles(),
  ...maliciousCalls(),
  ...shapeFiles(),
]
