/** MLflow's model registry: the adapter and the way from a webhook to a signal, on real servers. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const mlflow: PeerGroup = {
  name: 'mlflow',
  what: 'MLflow servers with and without accounts: registry contract, sources, lineage, write-back, webhooks',
  run: async () =>
    runTestFiles(
      ['packages/connectors/src/mlflow/mlflow.peers.ts', 'apps/control-plane/src/mlflow.peers.ts'],
      { RAMPART_MLFLOW_SERVER: await peer('mlflow', 'server') },
    ),
}
