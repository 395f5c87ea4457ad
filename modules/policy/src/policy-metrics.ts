/** Prometheus metrics of decisions. */
import type { Decision } from '@rampart/domain'
import type { Metrics } from '@rampart/kit'

/** Counters of the policy module; without a registry they do nothing. */
export function policyMetrics(metrics: Metrics | undefined) {
  const decisions = metrics?.counter({
    name: 'rampart_policy_decisions_total',
    help: 'Decisions evaluated.',
    labelNames: ['pack', 'allow'],
  })
  const seconds = metrics?.histogram({
    name: 'rampart_policy_evaluation_seconds',
    help: 'Time of one evaluation, input and answer included.',
    labelNames: ['pack'],
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.025, 0.25],
  })
  const faults = metrics?.counter({
    name: 'rampart_policy_faults_total',
    help: 'Evaluations that broke and therefore denied.',
    labelNames: ['pack'],
  })
  return {
    decided: ({ pack, allow, evaluationMicros }: Decision) => {
      decisions?.inc({ pack, allow: String(allow) })
      seconds?.observe({ pack }, evaluationMicros / 1e6)
    },
    fault: (pack: string) => faults?.inc({ pack }),
  }
}
