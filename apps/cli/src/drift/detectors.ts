/** The change detectors by the names and parameters of the command line. */
import {
  type ChangeDetector,
  createAdwin,
  createConformalDetector,
  createCusum,
  createKswin,
  createPageHinkley,
  DriftError,
} from '@rampart/drift'
import { cliErrors } from '../errors.ts'

type Method = {
  /** Parameter → option of the detector; `mode` alone is a text. */
  readonly parameters: Readonly<Record<string, string>>
  readonly create: (options: Readonly<Record<string, unknown>>) => ChangeDetector
}

const METHODS = {
  adwin: {
    parameters: {
      delta: 'delta',
      clock: 'clock',
      max_buckets: 'maxBuckets',
      min_window_length: 'minWindowLength',
      grace_period: 'gracePeriod',
    },
    create: createAdwin,
  },
  'page-hinkley': {
    parameters: {
      min_instances: 'minInstances',
      delta: 'delta',
      threshold: 'threshold',
      alpha: 'alpha',
      mode: 'mode',
    },
    create: createPageHinkley,
  },
  cusum: {
    parameters: { warmup: 'warmup', slack: 'slack', threshold: 'threshold' },
    create: createCusum,
  },
  kswin: {
    parameters: { alpha: 'alpha', window_size: 'windowSize', stat_size: 'statSize', seed: 'seed' },
    create: createKswin,
  },
  conformal: {
    parameters: { average_run_length: 'averageRunLength', jump: 'jump', bag: 'bag', seed: 'seed' },
    create: createConformalDetector,
  },
} as const satisfies Record<string, Method>

export type MethodName = keyof typeof METHODS
export const METHOD_NAMES = Object.keys(METHODS) as MethodName[]

const optionOf = (name: MethodName, text: string): readonly [string, unknown] => {
  const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (key === '') throw cliErrors.CLI_USAGE(`--param ${text}: write NAME=VALUE`)
  const parameters: Readonly<Record<string, string>> = METHODS[name].parameters
  const normal = key.trim().replaceAll('-', '_')
  if (!Object.hasOwn(parameters, normal)) {
    throw cliErrors.CLI_USAGE(`${name} has no parameter ${key}; it has ${Object.keys(parameters).join(', ')}`)
  }
  const option = parameters[normal] as string
  if (option === 'mode') return [option, value.trim()]
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number)) throw cliErrors.CLI_USAGE(`--param ${text}: ${key} is a number`)
  return [option, number]
}

/** Throws CLI_USAGE for unknown or impossible parameters. */
export const createDetector = (name: MethodName, params: readonly string[]): ChangeDetector => {
  const options = Object.fromEntries(params.map((text) => optionOf(name, text)))
  const { create }: Method = METHODS[name]
  try {
    return create(options)
  } catch (error) {
    if (error instanceof DriftError) throw cliErrors.CLI_USAGE(`--method ${name}: ${error.message}`)
    throw error
  }
}
