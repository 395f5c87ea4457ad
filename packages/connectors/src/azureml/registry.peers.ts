/** Run by `npm run test:peers -- azureml`: versions of the stand-in, their bytes in Azurite by SAS and by account key. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  BlobServiceClient,
  type ContainerClient,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { createOutboundHttp } from '../outbound/index.ts'
import { type AzureMlStandIn, STAND_IN, startAzureMlStandIn } from '../testing/azureml-stand-in.ts'
import { loopbackTls } from '../testing/loopback-tls.ts'
import { freePort, startPeer } from '../testing/peer-process.ts'
import { registryContract } from '../testing/registry-contract.ts'
import { createAzureMlRegistry } from './index.ts'

// The emulator's account and key are public knowledge.
const ACCOUNT = 'devstoreaccount1'
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
const CONTAINER = 'azureml-blobstore'

const call = () => ({ signal: AbortSignal.timeout(60_000) })

type Storage = {
  readonly origin: string
  readonly container: ContainerClient
  readonly sas: (livesMs: number) => Promise<string>
  readonly stop: () => Promise<void>
}

const startAzurite = async (): Promise<Storage> => {
  const folder = await mkdtemp(join(tmpdir(), 'rampart-azurite-'))
  const port = await freePort()
  const flags = ['--silent', '--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', folder]
  const program = [
    process.env['RAMPART_AZURITE'] ?? '',
    ...flags,
    '--skipApiVersionCheck',
    '--disableTelemetry',
  ]
  const peer = await startPeer(process.execPath, program, port)
  const origin = `http://127.0.0.1:${port}`
  const service = new BlobServiceClient(`${origin}/${ACCOUNT}`, new StorageSharedKeyCredential(ACCOUNT, KEY))
  const container = service.getContainerClient(CONTAINER)
  await container.create()
  return {
    origin,
    container,
    sas: async (livesMs) => {
      const permissions = ContainerSASPermissions.parse('rl')
      const signed = await container.generateSasUrl({
        permissions,
        startsOn: new Date(Date.now() - 3_600_000),
        expiresOn: new Date(Date.now() + livesMs),
      })
      return new URL(signed).search
    },
    stop: async () => {
      await peer.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const openAt = (standIn: AzureMlStandIn, storage: Storage, url: string) =>
  createAzureMlRegistry({
    url,
    http: createOutboundHttp({
      addresses: {
        allowLoopback: false,
        allowed: [new URL(standIn.origin).host, new URL(storage.origin).host],
      },
      tls: { ca: loopbackTls.cert },
    }),
    login: { kind: 'bearer', token: async () => STAND_IN.token },
    parameters: { blobEndpoint: `${storage.origin}/{account}` },
  })

const startBoth = async () => {
  const storage = await startAzurite()
  const standIn = await startAzureMlStandIn()
  standIn.datastore = { ...standIn.datastore, accountName: ACCOUNT, containerName: CONTAINER }
  standIn.secrets = { secretsType: 'Sas', sasToken: (await storage.sas(3_600_000)).slice(1) }
  return {
    storage,
    standIn,
    upload: (name: string, bytes: Uint8Array) =>
      storage.container.getBlockBlobClient(name).uploadData(Buffer.from(bytes)),
    stop: async () => {
      await standIn.stop()
      await storage.stop()
      assert.deepEqual(standIn.faults, [])
    },
  }
}

for (const kind of ['workspace', 'registry'] as const)
  registryContract({
    name: `azureml ${kind} on Azurite`,
    writesAliases: false,
    start: async () => {
      const { storage, standIn, upload, stop } = await startBoth()
      const place =
        kind === 'workspace'
          ? 'azureml://datastores/workspaceblobstore/paths'
          : `${storage.origin}/${ACCOUNT}/${CONTAINER}`
      return {
        open: async () =>
          openAt(standIn, storage, kind === 'workspace' ? standIn.workspaceUrl : standIn.registryUrl),
        put: async (model, version, files) => {
          const folder = `models/${model}/${version}`
          for (const [path, bytes] of Object.entries(files)) await upload(`${folder}/${path}`, bytes)
          standIn.put(model, version, `${place}/${folder}`)
          return version
        },
        remove: async (model, version) => {
          standIn.models.get(model)?.delete(version)
        },
        stop,
      }
    },
  })

test('a large blob resumes by account key, a replaced one is refused, an old or foreign signature too', async (t) => {
  const { storage, standIn, upload, stop } = await startBoth()
  t.after(stop)
  const bytes = Buffer.alloc(8 * 1024 * 1024, 'rampart ')
  await upload('big/model.onnx', bytes)
  standIn.put('big', '1', 'azureml://datastores/workspaceblobstore/paths/big')
  const open = () => {
    const registry = openAt(standIn, storage, standIn.workspaceUrl)
    t.after(registry.close)
    return registry
  }
  const fileOf = async (registry: ReturnType<typeof open>) => {
    const version = await registry.version('big', '1', call())
    assert.ok(version !== undefined)
    const [file] = await registry.files(version, call())
    assert.ok(file !== undefined)
    assert.deepEqual([file.path, file.sizeBytes], ['model.onnx', bytes.length])
    return file
  }
  standIn.secrets = { secretsType: 'AccountKey', key: KEY }
  const byKey = open()
  const file = await fileOf(byKey)
  const offset = 5_000_001
  const download = await byKey.open(file, offset, call())
  assert.deepEqual([download.offset, download.sizeBytes], [offset, bytes.length])
  const chunks = []
  for await (const chunk of download.stream) chunks.push(chunk)
  assert.ok(Buffer.concat(chunks).equals(bytes.subarray(offset)))
  await upload('big/model.onnx', Buffer.alloc(bytes.length, 'another '))
  await assert.rejects(byKey.open(file, offset, call()), { code: 'AZUREML_FILE_CHANGED' })
  const good = (await storage.sas(3_600_000)).slice(1)
  for (const sasToken of [(await storage.sas(-60_000)).slice(1), good.replace(/sig=[^&]+/, 'sig=AAAA'), '']) {
    standIn.secrets = { secretsType: 'Sas', sasToken }
    await assert.rejects(fileOf(open()), { code: 'OUTBOUND_DENIED' })
  }
})
