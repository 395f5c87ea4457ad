/** Error codes of the inference log. */
import { defineErrors } from '@rampart/kit'

export const inferenceLogErrors = defineErrors({
  INFERENCE_LOG_WORKER: {
    kind: 'Unavailable',
    summary: 'The process that reads and writes the log died, took too long or could not do its task.',
  },
  INFERENCE_LOG_SQL: { kind: 'InvalidInput', summary: 'The query is not valid SQL over the inference log.' },
  INFERENCE_LOG_SQL_REFUSED: {
    kind: 'InvalidInput',
    summary: 'Only one SELECT at a time, over the view inference_log.',
  },
  INFERENCE_LOG_QUERY_TIMEOUT: {
    kind: 'DeadlineExceeded',
    summary: 'The query took longer than a query may.',
    help: 'Narrow it by time: WHERE time > now()::TIMESTAMP - INTERVAL 1 HOUR.',
  },
  INFERENCE_LOG_QUERY_MEMORY: {
    kind: 'InvalidInput',
    summary: 'The query needed more memory than a query may have.',
  },
  INFERENCE_LOG_QUERY_BUSY: {
    kind: 'RateLimited',
    summary: 'As many queries as may run at once are running.',
  },
  INFERENCE_LOG_RECORD_UNKNOWN: {
    kind: 'NotFound',
    summary: 'The log has no record with this id: it never did, its time is over, or it was erased.',
  },
  INFERENCE_LOG_ID_INVALID: { kind: 'InvalidInput', summary: 'The id of a record is EPOCH-SEQUENCE.' },
  INFERENCE_LOG_NOT_CAPTURED: {
    kind: 'Conflict',
    summary: 'The record does not hold the whole payload, so it cannot be replayed.',
    help: "Set the route's log.mode to full (or sampled) without redacting: later calls can then be replayed.",
  },
  INFERENCE_LOG_NOT_ANCHORED: {
    kind: 'Conflict',
    summary: "The record's file is not in the audit log yet.",
    help: 'Files are closed after ten seconds and anchored right after; try again.',
  },
  INFERENCE_LOG_INCOMPLETE: {
    kind: 'Conflict',
    summary: "The log's files do not give the root that the audit log holds for them.",
  },
  INFERENCE_LOG_CALLER_INVALID: { kind: 'InvalidInput', summary: 'A caller is written KIND:ID.' },
  INFERENCE_LOG_PROOF_INVALID: { kind: 'InvalidInput', summary: 'The file is not a proof of a record.' },
})
