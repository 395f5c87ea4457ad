/** Every command, in the order of the help. */
import type { Command } from 'commander'
import type { Run } from '../session.ts'
import { addApply } from './apply.ts'
import { addApproval } from './approval.ts'
import { addAttest } from './attest.ts'
import { addAudit } from './audit.ts'
import { addBom } from './bom.ts'
import { addCanary } from './canary.ts'
import { addChangepoints } from './changepoints.ts'
import { addCompletion } from './completion.ts'
import { addCorrelate } from './correlate.ts'
import { addDecode } from './decode.ts'
import { addDelete } from './delete.ts'
import { addDescribe } from './describe.ts'
import { addDiff } from './diff.ts'
import { addDrift } from './drift.ts'
import { addEncode } from './encode.ts'
import { addErase } from './erase.ts'
import { addEvents } from './events.ts'
import { addGet } from './get.ts'
import { addGraph } from './graph.ts'
import { addLineage } from './lineage.ts'
import { addLogin } from './login.ts'
import { addPlay } from './play.ts'
import { addQuery } from './query.ts'
import { addReplay } from './replay.ts'
import { addResponse } from './response.ts'
import { addScan } from './scan.ts'
import { addSign } from './sign.ts'
import { addSimulate } from './simulate.ts'
import { addSync } from './sync.ts'
import { addTelemetry } from './telemetry.ts'
import { addTransitions } from './transition.ts'
import { addVerdict } from './verdict.ts'
import { addVerify } from './verify.ts'

export type AddCommand = (program: Command, run: Run) => void

export const ALL_COMMANDS: readonly AddCommand[] = [
  addGet,
  addDescribe,
  addApply,
  addDelete,
  addApproval,
  addTransitions,
  addResponse,
  addPlay,
  addCanary,
  addSync,
  addEvents,
  addQuery,
  addErase,
  addReplay,
  addDrift,
  addChangepoints,
  addCorrelate,
  addSimulate,
  addTelemetry,
  addSign,
  addVerify,
  addVerdict,
  addBom,
  addLineage,
  addDiff,
  addAttest,
  addAudit,
  addScan,
  addGraph,
  addEncode,
  addDecode,
  addLogin,
  addCompletion,
]
