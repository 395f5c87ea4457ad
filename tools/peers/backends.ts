/** Routes to inference servers that we did not write. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../files.ts'
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const backends: PeerGroup = {
  name: 'backends',
  what: 'routes to a real MLServer over REST and gRPC, and to MLflow’s scoring server',
  run: async () => {
    const mlserver = await peer('mlserver', 'install')
    const python = await peer('mlflow', 'install')
    const folder = mkdtempSync(join(tmpdir(), 'rampart-mlflow-'))
    try {
      const model = join(root, 'examples', 'card-fraud', 'model.onnx')
      return await runTestFiles(
        ['modules/serving/src/mlserver.peers.ts', 'modules/serving/src/mlflow.peers.ts'],
        {
          RAMPART_MLSERVER: mlserver,
          RAMPART_MLFLOW_PYTHON: python,
          RAMPART_MLFLOW_MODEL: await peer('mlflow', 'save', model, join(folder, 'model')),
        },
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
