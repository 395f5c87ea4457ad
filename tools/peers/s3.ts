/** An S3-compatible server that others wrote, filled by the vendor's client, read by ours. */
import { type PeerGroup, peer, runTestFiles } from './group.ts'

export const s3: PeerGroup = {
  name: 's3',
  what: 'a real S3-compatible server: the registry contract, checksums, ranges, pages, wrong keys',
  run: async () =>
    runTestFiles(['packages/connectors/src/s3/s3-registry.peers.ts'], {
      RAMPART_VERSITYGW: await peer('s3', 'install'),
    }),
}
