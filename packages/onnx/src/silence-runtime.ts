/**
 * The runtime's builds since 1.30 collect usage events, keep them below the home folder and send them to their vendor.
 * It reads this variable from the process's environment once, when it is first used: import this before it is loaded,
 * and in the main thread, because a worker's `process.env` is a copy.
 */
process.env.ORT_DISABLE_TELEMETRY = '1'
