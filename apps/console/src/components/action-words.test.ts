import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionWords, changeWords, runTitle, timelineWords } from './action-words.ts'

test('a run of policy is told in words with what it is about; a name that a person gave stays', () => {
  const subject = { kind: 'model-version', id: 'spam:1' }
  assert.equal(runTitle({ name: 'version.quarantine', subject }), 'quarantine the version: spam:1')
  assert.equal(runTitle({ name: 'retract spam:1', subject }), 'retract spam:1')
  assert.equal(actionWords('partner.call'), 'partner.call')
})

test('a timeline says a state once', () => {
  assert.equal(timelineWords('waiting', 'network.segment: waiting'), 'cut the host off the network')
  assert.equal(timelineWords('waiting', 'retract spam:1: waiting'), 'retract spam:1')
  assert.equal(timelineWords('decided', 'nothing to do'), 'nothing to do')
})

test('a change that begins with an action is told in words', () => {
  assert.equal(changeWords('caller.deny is in force'), 'refuse the caller is in force')
  assert.equal(changeWords('policy authz put in force'), 'policy authz put in force')
})
