/** `npm run test:peers [-- GROUP…]`: tests against real outside systems. A peer that cannot start is a failure. */
import { azureml } from './peers/azureml.ts'
import { backends } from './peers/backends.ts'
import { cef } from './peers/cef.ts'
import { consoleInChromium } from './peers/console.ts'
import { cyclonedx } from './peers/cyclonedx.ts'
import { add, type PeerGroup, type Tally } from './peers/group.ts'
import { jupyter } from './peers/jupyter.ts'
import { mlflow } from './peers/mlflow.ts'
import { modelSigning } from './peers/model-signing.ts'
import { nftables } from './peers/nftables.ts'
import { oci } from './peers/oci.ts'
import { oipClient } from './peers/oip-client.ts'
import { onnxGraph } from './peers/onnx-graph.ts'
import { openlineage } from './peers/openlineage.ts'
import { otel } from './peers/otel.ts'
import { policyOpa } from './peers/policy-opa.ts'
import { postgres } from './peers/postgres.ts'
import { s3 } from './peers/s3.ts'
import { scanners } from './peers/scanners.ts'
import { scipy } from './peers/scipy.ts'
import { siem } from './peers/siem.ts'
import { smtp } from './peers/smtp.ts'
import { suricata } from './peers/suricata.ts'

const groups: readonly PeerGroup[] = [
  policyOpa,
  scipy,
  postgres,
  oipClient,
  backends,
  mlflow,
  consoleInChromium,
  modelSigning,
  cyclonedx,
  scanners,
  openlineage,
  otel,
  onnxGraph,
  s3,
  cef,
  siem,
  smtp,
  suricata,
  nftables,
  jupyter,
  oci,
  azureml,
]

const runGroup = async (group: PeerGroup): Promise<Tally> => {
  process.stdout.write(`\n── ${group.name}: ${group.what}\n`)
  const startedAt = performance.now()
  const tally = await group.run().catch((error: unknown) => {
    process.stdout.write(`✖ ${error instanceof Error ? error.message : String(error)}\n`)
    return { passed: 0, failed: 1 }
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`── ${group.name}: ${tally.passed} passed, ${tally.failed} failed in ${seconds} s\n`)
  return tally
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !groups.some((group) => group.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `no such group: ${unknown.join(', ')}; there are ${groups.map(({ name }) => name).join(', ')}\n`,
  )
  process.exit(2)
}
let total: Tally = { passed: 0, failed: 0 }
for (const group of groups)
  if (wanted.length === 0 || wanted.includes(group.name)) total = add(total, await runGroup(group))
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`)
process.exitCode = total.failed === 0 ? 0 : 1
