//! C ABI over regorus for a WebAssembly host.
//!
//! One instance of the module holds one set of policies. The host writes UTF-8 into memory obtained
//! from `rego_alloc`, calls, and reads the answer at `rego_output_ptr`/`rego_output_len`. Every call that
//! may fail answers 0 (value), 1 (error, the message is the output) or 2 (undefined, no output).

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::{RegoVM, VmError};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Rc, Value};
use std::alloc::{alloc, dealloc, Layout};
use std::cell::RefCell;
use std::num::NonZeroU32;
use std::time::Duration;

const VALUE: u32 = 0;
const FAILED: u32 = 1;
const UNDEFINED: u32 = 2;

/// A rule that is asked again and again: as a program of regorus' virtual machine, where that can be made of it.
struct Bound {
    path: String,
    machine: Option<RegoVM>,
}

struct Session {
    engine: Engine,
    timer: Option<ExecutionTimerConfig>,
    rules: Vec<Bound>,
    output: String,
}

thread_local! {
    static SESSION: RefCell<Session> = RefCell::new(Session {
        engine: new_engine(),
        timer: None,
        rules: Vec::new(),
        output: String::new(),
    });
}

/// OPA's defaults: Rego v1, and a failing built-in makes its expression undefined.
fn new_engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(false);
    engine
}

fn with_session(body: impl FnOnce(&mut Session) -> Result<Option<String>, String>) -> u32 {
    SESSION.with(|cell| {
        let mut session = cell.borrow_mut();
        match body(&mut session) {
            Ok(Some(text)) => {
                session.output = text;
                VALUE
            }
            Ok(None) => {
                session.output.clear();
                UNDEFINED
            }
            Err(message) => {
                session.output = message;
                FAILED
            }
        }
    })
}

fn json_of(value: Value) -> Result<Option<String>, String> {
    if value == Value::Undefined {
        return Ok(None);
    }
    value.to_json_str().map(Some).map_err(|e| e.to_string())
}

/// # Safety
/// `ptr` and `len` must describe memory that the host filled and that nobody changes during the call.
unsafe fn text<'a>(ptr: *const u8, len: usize) -> Result<&'a str, String> {
    let bytes = if len == 0 { &[][..] } else { std::slice::from_raw_parts(ptr, len) };
    std::str::from_utf8(bytes).map_err(|e| format!("not UTF-8: {e}"))
}

#[no_mangle]
pub extern "C" fn rego_alloc(len: usize) -> *mut u8 {
    match Layout::from_size_align(len.max(1), 1) {
        Ok(layout) => unsafe { alloc(layout) },
        Err(_) => std::ptr::null_mut(),
    }
}

/// # Safety
/// `ptr` must come from `rego_alloc(len)` and be given back once.
#[no_mangle]
pub unsafe extern "C" fn rego_free(ptr: *mut u8, len: usize) {
    if let Ok(layout) = Layout::from_size_align(len.max(1), 1) {
        dealloc(ptr, layout);
    }
}

#[no_mangle]
pub extern "C" fn rego_output_ptr() -> *const u8 {
    SESSION.with(|cell| cell.borrow().output.as_ptr())
}

#[no_mangle]
pub extern "C" fn rego_output_len() -> usize {
    SESSION.with(|cell| cell.borrow().output.len())
}

/// Wall-clock budget of one evaluation; the clock is read every `check_interval` steps.
#[no_mangle]
pub extern "C" fn rego_limit(timeout_ms: u32, check_interval: u32) {
    SESSION.with(|cell| {
        let config = ExecutionTimerConfig {
            limit: Duration::from_millis(u64::from(timeout_ms)),
            check_interval: NonZeroU32::new(check_interval).unwrap_or(NonZeroU32::MIN),
        };
        let session = &mut *cell.borrow_mut();
        session.timer = Some(config);
        session.engine.set_execution_timer_config(config);
    });
}

/// # Safety
/// See `text`.
#[no_mangle]
pub unsafe extern "C" fn rego_add_policy(path: *const u8, path_len: usize, source: *const u8, source_len: usize) -> u32 {
    with_session(|session| {
        let (path, source) = (text(path, path_len)?, text(source, source_len)?);
        session
            .engine
            .add_policy(path.to_owned(), source.to_owned())
            .map(Some)
            .map_err(|e| e.to_string())
    })
}

/// # Safety
/// See `text`.
#[no_mangle]
pub unsafe extern "C" fn rego_add_data(json: *const u8, len: usize) -> u32 {
    with_session(|session| {
        let json = text(json, len)?;
        session.engine.add_data_json(json).map(|()| Some(String::new())).map_err(|e| e.to_string())
    })
}

/// Schedules every rule, which finds unsafe variables, then evaluates nothing.
#[no_mangle]
pub extern "C" fn rego_prepare() -> u32 {
    with_session(|session| {
        session
            .engine
            .eval_query("true".to_owned(), false)
            .map(|_| Some(String::new()))
            .map_err(|e| e.to_string())
    })
}

/// The syntax trees of all policies as JSON.
#[no_mangle]
pub extern "C" fn rego_ast() -> u32 {
    with_session(|session| session.engine.get_ast_as_json().map(Some).map_err(|e| e.to_string()))
}

/// The rule compiled for the virtual machine, which takes a third of the interpreter's time.
fn machine(session: &mut Session, path: &str) -> Option<RegoVM> {
    let compiled = session.engine.compile_with_entrypoint(&Rc::from(path)).ok()?;
    let program = Compiler::compile_from_policy(&compiled, &[path]).ok()?;
    let mut vm = RegoVM::new();
    vm.load_program(program);
    vm.set_data(session.engine.get_data()).ok()?;
    // Time is the limit, as it is the interpreter's.
    vm.set_max_instructions(usize::MAX);
    vm.set_execution_timer_config(session.timer);
    Some(vm)
}

/// Remembers a rule path and answers its slot, so that an evaluation passes only the input. The host says whether
/// the virtual machine may run it.
///
/// # Safety
/// See `text`.
#[no_mangle]
pub unsafe extern "C" fn rego_bind(path: *const u8, len: usize, on_machine: u32) -> i32 {
    let Ok(path) = text(path, len) else { return -1 };
    SESSION.with(|cell| {
        let session = &mut *cell.borrow_mut();
        if let Some(slot) = session.rules.iter().position(|bound| bound.path == path) {
            return slot as i32;
        }
        let machine = if on_machine == 1 { machine(session, path) } else { None };
        session.rules.push(Bound { path: path.to_owned(), machine });
        session.rules.len() as i32 - 1
    })
}

fn input_of(json: &str) -> Result<Value, String> {
    if json.is_empty() {
        return Ok(Value::Undefined);
    }
    Value::from_json_str(json).map_err(|e| format!("input: {e}"))
}

/// Evaluates the rule in `slot`; an empty input means that `input` is undefined.
///
/// # Safety
/// See `text`.
#[no_mangle]
pub unsafe extern "C" fn rego_eval_rule(slot: usize, input: *const u8, input_len: usize) -> u32 {
    with_session(|session| {
        let input = input_of(text(input, input_len)?)?;
        let bound = session.rules.get_mut(slot).ok_or("no such slot")?;
        if let Some(vm) = &mut bound.machine {
            vm.set_input(input.clone());
            match vm.execute() {
                Ok(value) => return json_of(value),
                Err(error @ VmError::TimeLimitExceeded { .. }) => return Err(error.to_string()),
                // The interpreter says where in the source it failed.
                Err(_) => {}
            }
        }
        let path = bound.path.clone();
        session.engine.set_input(input);
        json_of(session.engine.eval_rule(path).map_err(|e| e.to_string())?)
    })
}

/// Evaluates a query of one expression with at most one answer.
///
/// # Safety
/// See `text`.
#[no_mangle]
pub unsafe extern "C" fn rego_eval_query(query: *const u8, query_len: usize, input: *const u8, input_len: usize) -> u32 {
    with_session(|session| {
        session.engine.set_input(input_of(text(input, input_len)?)?);
        let query = text(query, query_len)?.to_owned();
        let results = session.engine.eval_query(query, false).map_err(|e| e.to_string())?;
        let mut answers = results.result.into_iter();
        let (first, second) = (answers.next(), answers.next());
        if second.is_some() {
            return Err("the query has more than one answer".to_owned());
        }
        match first.map(|answer| answer.expressions) {
            None => Ok(None),
            Some(mut expressions) if expressions.len() == 1 => json_of(expressions.remove(0).value),
            Some(_) => Err("the query must be one expression".to_owned()),
        }
    })
}
