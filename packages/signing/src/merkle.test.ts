import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createCompactTree, EMPTY_ROOT, floorLog2, hashLeaf, hashNode, peakPositions } from './merkle-hash.ts'
import {
  createConsistencyProof,
  createInclusionProof,
  loadCompactState,
  type NodeSource,
  TILE_HEIGHT,
} from './merkle-proof.ts'
import { verifyConsistency, verifyInclusion } from './merkle-verification.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => Buffer.from(text, 'hex')

/** The leaves that the Certificate Transparency reference implementations share, and the root after each. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

/** MTH, PATH and PROOF as RFC 6962 section 2.1 writes them: slow, recursive, the oracle. */
const split = (size: number): number => {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}
const naiveRoot = (leaves: readonly Uint8Array[]): Uint8Array => {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0] as Uint8Array
  const k = split(leaves.length)
  return hashNode(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}
const naivePath = (index: number, leaves: readonly Uint8Array[]): Uint8Array[] => {
  if (leaves.length <= 1) return []
  const k = split(leaves.length)
  return index < k
    ? [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}
const naiveProof = (from: number, leaves: readonly Uint8Array[], isOld = true): Uint8Array[] => {
  if (from === leaves.length) return isOld ? [] : [naiveRoot(leaves)]
  const k = split(leaves.length)
  return from <= k
    ? [...naiveProof(from, leaves.slice(0, k), isOld), naiveRoot(leaves.slice(k))]
    : [...naiveProof(from - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))]
}

const leafHashes = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => hashLeaf(Buffer.from(`leaf ${at}`)))

/** Stores what a log stores: the leaves and the complete subtrees at multiples of the tile height. */
const createSource = (leaves: readonly Uint8Array[]): NodeSource => {
  const levels = new Map<number, Uint8Array[]>([[0, [...leaves]]])
  const tree = createCompactTree()
  for (const leaf of leaves) {
    for (const { level, hash } of tree.append(leaf)) {
      if (level % TILE_HEIGHT === 0) levels.set(level, [...(levels.get(level) ?? []), hash])
    }
  }
  return { nodes: async (level, from, to) => (levels.get(level) ?? []).slice(from, to) }
}

test('roots and an audit path of the Certificate Transparency reference tree', () => {
  assert.equal(hex(EMPTY_ROOT), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const tree = createCompactTree()
  LEAVES.forEach((leaf, at) => {
    tree.append(hashLeaf(bytes(leaf)))
    assert.equal(hex(tree.root()), ROOTS[at])
  })
  const proof = [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ].map(bytes)
  const claim = { index: 0, size: 8, leafHash: hashLeaf(bytes('')), root: bytes(ROOTS[7] ?? ''), proof }
  assert.equal(verifyInclusion(claim), true)
})

test('a consistency proof of the reference tree, from 6 to 8 leaves', () => {
  const proof = [
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ].map(bytes)
  const claim = { from: 6, to: 8, fromRoot: bytes(ROOTS[5] ?? ''), toRoot: bytes(ROOTS[7] ?? ''), proof }
  assert.equal(verifyConsistency(claim), true)
})

test('every proof of every tree up to 40 leaves equals the definition and verifies', async () => {
  const leaves = leafHashes(40)
  for (let size = 1; size <= leaves.length; size++) {
    const tree = leaves.slice(0, size)
    const [source, root] = [createSource(tree), naiveRoot(tree)]
    for (let at = 0; at < size; at++) {
      const proof = await createInclusionProof(source, at, size)
      assert.deepEqual(proof.map(hex), naivePath(at, tree).map(hex))
      assert.ok(verifyInclusion({ index: at, size, leafHash: tree[at] as Uint8Array, root, proof }))
      const older = await createConsistencyProof(source, at + 1, size)
      assert.deepEqual(older.map(hex), naiveProof(at + 1, tree).map(hex))
      const fromRoot = naiveRoot(tree.slice(0, at + 1))
      assert.ok(verifyConsistency({ from: at + 1, to: size, fromRoot, toRoot: root, proof: older }))
    }
  }
})

test('proofs over several stored levels equal the definition; smaller sizes are provable from a larger store', async () => {
  const leaves = leafHashes(1700)
  const source = createSource(leaves)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1700 }), fc.nat(), async (size, pick) => {
      const [tree, index] = [leaves.slice(0, size), pick % size]
      assert.deepEqual(
        (await createInclusionProof(source, index, size)).map(hex),
        naivePath(index, tree).map(hex),
      )
      assert.deepEqual(
        (await createConsistencyProof(source, index + 1, size)).map(hex),
        naiveProof(index + 1, tree).map(hex),
      )
    }),
    { numRuns: 60 },
  )
})

test('a changed bit, index, size or a missing or added hash makes a proof false', async () => {
  const leaves = leafHashes(300)
  const source = createSource(leaves)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, pick, bit) => {
      const index = pick % size
      const root = naiveRoot(leaves.slice(0, size))
      const proof = await createInclusionProof(source, index, size)
      const claim = { index, size, leafHash: leaves[index] as Uint8Array, root, proof }
      const flip = (hash: Uint8Array): Uint8Array =>
        hash.map((byte, at) => (at === bit % 32 ? byte ^ 1 : byte))
      const forged = [
        { ...claim, leafHash: flip(claim.leafHash) },
        { ...claim, root: flip(root) },
        { ...claim, index: (index + 1) % size },
        { ...claim, proof: proof.slice(1) },
        { ...claim, proof: [...proof, root] },
        { ...claim, proof: proof.map((hash, at) => (at === bit % proof.length ? flip(hash) : hash)) },
        { ...claim, proof: [...proof.slice(1), new Uint8Array(31)] },
      ]
      for (const forgery of forged) assert.equal(verifyInclusion(forgery), false)
      const older = await createConsistencyProof(source, index + 1, size)
      const fromRoot = naiveRoot(leaves.slice(0, index + 1))
      const both = { from: index + 1, to: size, fromRoot, toRoot: root, proof: older }
      assert.equal(verifyConsistency({ ...both, fromRoot: flip(fromRoot) }), false)
      assert.equal(verifyConsistency({ ...both, proof: [...older, root] }), false)
      if (older.length > 0) assert.equal(verifyConsistency({ ...both, proof: older.slice(1) }), false)
      assert.equal(verifyConsistency({ ...both, toRoot: flip(root) }), false)
    }),
    { numRuns: 100 },
  )
})

test('hostile numbers are false or a clear error, at once', async () => {
  const root = EMPTY_ROOT
  for (const n of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 60]) {
    assert.equal(verifyInclusion({ index: n, size: 8, leafHash: root, root, proof: [] }), false)
    assert.equal(verifyInclusion({ index: 0, size: n, leafHash: root, root, proof: [] }), false)
    assert.equal(verifyConsistency({ from: n, to: 8, fromRoot: root, toRoot: root, proof: [root] }), false)
    await assert.rejects(createInclusionProof(createSource([]), n, 8), { code: 'SIGNING_TREE_RANGE' })
    await assert.rejects(createConsistencyProof(createSource([]), n, 8), { code: 'SIGNING_TREE_RANGE' })
  }
  await assert.rejects(createInclusionProof(createSource(leafHashes(3)), 0, 8), {
    code: 'SIGNING_TREE_DAMAGED',
  })
})

test('a tree continued from its state equals the tree that never stopped', () => {
  const leaves = leafHashes(600)
  const whole = createCompactTree()
  let resumed = createCompactTree()
  leaves.forEach((leaf, at) => {
    whole.append(leaf)
    resumed = createCompactTree(resumed.state())
    resumed.append(leaf)
    assert.deepEqual(resumed.root(), whole.root())
    assert.equal(resumed.state().peaks.length, peakPositions(at + 1).length)
  })
})

test('a tree continued from what a log stores equals the tree that never stopped', async () => {
  const leaves = leafHashes(800)
  for (const size of [0, 1, 255, 256, 257, 511, 700]) {
    const resumed = createCompactTree(await loadCompactState(createSource(leaves.slice(0, size)), size))
    for (const leaf of leaves.slice(size)) resumed.append(leaf)
    assert.deepEqual(resumed.root(), naiveRoot(leaves))
  }
})

test('the binary logarithm is exact below and at every power of two', () => {
  for (let level = 1; level < 53; level++) {
    assert.equal(floorLog2(2 ** level), level)
    assert.equal(floorLog2(2 ** level - 1), level - 1)
  }
})
