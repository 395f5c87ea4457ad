/**
 * Names whose appearance in a pickle is an attack rather than an unknown. This list only raises a verdict from
 * unverified to blocked: what is on neither list is never clean, so a gap here opens nothing.
 */

/** The module itself and everything below it. */
const MODULES = new Set(
  `os nt posix posixpath ntpath subprocess sys shutil socket socketserver ssl pty tty runpy importlib imp pkgutil
  zipimport code codeop marshal pickle _pickle cPickle dill cloudpickle shelve ctypes _ctypes cffi mmap
  webbrowser commands popen2 platform pdb bdb profile cProfile trace timeit doctest pydoc inspect ast dis
  threading _thread multiprocessing concurrent asyncio asynchat asyncore signal resource gc atexit faulthandler
  http httplib urllib urllib2 urllib3 requests httpx aiohttp ftplib smtplib poplib imaplib nntplib telnetlib
  xmlrpc paramiko fabric tempfile glob fileinput linecache io _io builtins.open tarfile zipfile py_compile
  compileall ensurepip pip setuptools distutils venv site sysconfig test lib2to3 idlelib tkinter turtle curses
  readline rlcompleter cmd bz2.open logging.config _xxsubinterpreters _testcapi types.FunctionType types.CodeType
  numpy.testing numpy.f2py numpy.distutils numpy.lib.npyio numpy.lib._npyio_impl numpy.ctypeslib numpy.load
  numpy.fromfile numpy.save numpy.savez numpy.savetxt numpy.loadtxt numpy.genfromtxt numpy.fromregex
  numpy.DataSource numpy._core._ufunc_reconstruct numpy.core._ufunc_reconstruct
  torch.load torch.hub torch.serialization.load torch.jit.load torch._dynamo torch._inductor torch.distributed
  torch.utils torch.package torch.fx torch.multiprocessing torch.ops torch.classes torch.cuda torch.testing
  torch.compile torch._C._import torch.distributions.constraint_registry torch.onnx torch.backends torch.export
  joblib.load joblib.numpy_pickle.load joblib.externals joblib.parallel joblib._parallel_backends
  pandas.read_pickle pandas.io pandas.eval pandas.core.computation sklearn.utils._testing sklearn.datasets
  scipy.io scipy.weave scipy._lib._ccallback yaml jsonpickle IPython ipykernel jupyter_client nbformat
  jinja2 mako werkzeug flask django pexpect sh plumbum docker kubernetes boto3 git psutil pywinauto pyautogui
  win32api win32com winreg _winreg msvcrt _winapi _posixsubprocess fcntl pwd spwd crypt termios syslog
  onnxruntime tensorflow keras.models keras.saving keras.utils keras.src transformers.pipelines
  transformers.dynamic_module_utils huggingface_hub datasets mlflow lightning.fabric`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

const NAMES = new Set(
  `builtins.eval builtins.exec builtins.execfile builtins.compile builtins.open builtins.file builtins.getattr
  builtins.setattr builtins.delattr builtins.__import__ builtins.apply builtins.input builtins.raw_input
  builtins.breakpoint builtins.globals builtins.locals builtins.vars builtins.dir builtins.help builtins.map
  builtins.filter builtins.reduce builtins.type builtins.super builtins.classmethod builtins.staticmethod
  builtins.property builtins.memoryview builtins.exit builtins.quit builtins.iter builtins.next builtins.print
  builtins.callable builtins.__build_class__ builtins.__dict__ builtins.__loader__
  functools.reduce functools.partialmethod functools.singledispatch functools.wraps functools.cached_property
  operator.attrgetter operator.methodcaller operator.call operator.setitem operator.delitem operator.getitem
  _operator.attrgetter _operator.methodcaller _operator.call
  itertools.starmap itertools.accumulate types.FunctionType types.CodeType types.MethodType types.ModuleType
  types.LambdaType types.new_class types.DynamicClassAttribute copyreg.add_extension copyreg.pickle
  codecs.open _codecs.lookup codecs.decode codecs.encode collections.namedtuple weakref.finalize
  uuid._load_system_functions uuid._get_command_stdout contextlib.ExitStack contextlib.contextmanager
  dataclasses.make_dataclass dataclasses.dataclass typing.ForwardRef typing.get_type_hints
  torch._utils._import_dotted_name pandas.core.apply.Apply
  enum._make_class_unpicklable logging.FileHandler unittest.main unittest.TestProgram`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

/** Last parts that mean trouble in whatever module they are. */
const LAST_PARTS =
  /^(system|popen\w*|exec|execv\w*|eval|execfile|runstring|rundocs|run_module|run_path|check_output|check_call|getoutput|getstatusoutput|spawn\w*|fork\w*|Popen|runcode|runsource|run_code|import_module|__import__|__getattribute__|__subclasses__|__globals__|__builtins__|__reduce__|__reduce_ex__|loads|load_module|load_source|urlopen|urlretrieve|unsafe_load|exec_module|_rebuild_from_code|_make_function|_fill_function|_builtin_type|_create_code|_create_function|startfile|rmtree|runctx|open_code|safe_eval|literal_eval|subimport|dynamic_subimport)$/

export const isDangerousGlobal = (module: string, name: string): boolean => {
  const full = `${module}.${name}`
  if (NAMES.has(full)) return true
  const parts = full.split('.')
  if (parts.some((part) => LAST_PARTS.test(part))) return true
  let prefix = ''
  for (const part of parts) {
    prefix = prefix === '' ? part : `${prefix}.${part}`
    if (MODULES.has(prefix)) return true
  }
  return false
}
