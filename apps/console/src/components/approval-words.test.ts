import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neededWords, rightWords } from './approval-words.ts'

const yes = { allow: true, reasons: [] }
const no = { allow: false, reasons: ['user:ann registered this version and may not approve it'] }
const missing = ['needs 1 more approval by owner']

test('what is needed names who it is not', () => {
  assert.equal(neededWords({ state: 'open', missing, mayApprove: yes }), 'needs 1 more approval by owner')
  assert.equal(
    neededWords({ state: 'open', missing, mayApprove: no }),
    'needs 1 more approval by owner, of somebody who is not you',
  )
  assert.equal(neededWords({ state: 'rejected', missing: [], mayApprove: no }), 'rejected as it was')
})

test('the right is said with whose it is, or why there is none', () => {
  assert.equal(rightWords(yes), 'you may')
  assert.equal(rightWords({ ...yes, onBehalfOf: 'user:ben' }), 'you may, on behalf of user:ben')
  assert.match(rightWords(no), /registered this version/)
})
