/** What asserts that something is bad, and what was only seen, by the documents of the formats. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCef } from '../cef/decode.ts'
import { decodeEve } from '../eve/decode.ts'
import { decodeLeef } from '../leef/decode.ts'
import { type Alert, isSighting } from './alert.ts'
import { alertOfCef, alertOfLeef } from './alerts-of-events.ts'

const rules = { receivedAt: '2026-11-23T10:00:00Z' }
const said = (alert: Alert): string => (isSighting(alert) ? 'sighting' : alert.severity)

const EVE_TYPES =
  'anomaly bittorrent_dht dcerpc dhcp dns dnp3 drop fileinfo flow frame ftp ftp_data http http2 ike krb5 modbus mqtt netflow nfs pgsql quic rdp rfb sip smb smtp snmp ssh stats tftp tls websocket'

const eve = (over: object): Alert =>
  decodeEve(
    JSON.stringify({
      timestamp: '2026-06-01T08:00:00.070000+0000',
      event_type: 'alert',
      src_ip: '203.0.113.10',
      dest_ip: '192.0.2.10',
      ...over,
    }),
  )

test('of EVE only an alert asserts, and not of the class of traffic that is not suspicious', () => {
  for (const event_type of EVE_TYPES.split(' ')) {
    const alert = { signature_id: 1, severity: 1 }
    assert.equal(said(eve({ event_type })), 'sighting', event_type)
    // A dropped packet names the rule that dropped it; the rule says so by an alert of its own.
    assert.equal(said(eve({ event_type, alert })), 'sighting', event_type)
  }
  const rule = (over: object): Alert => eve({ alert: { gid: 1, signature_id: 7, severity: 1, ...over } })
  assert.equal(said(rule({ category: 'Not Suspicious Traffic', severity: 3 })), 'sighting')
  assert.equal(said(rule({ category: 'Attempted Information Leak', action: 'blocked' })), 'high')
})

test('severities of EVE count down from 1, and a rule of its own says critical', () => {
  const severities = [1, 2, 3, 4, 255, '2', 'x', undefined]
  const found = severities.map((severity) => said(eve({ alert: { signature_id: 7, severity } })))
  assert.deepEqual(found, ['high', 'medium', 'low', 'info', 'info', 'medium', 'info', 'info'])
  const metadata = { signature_severity: ['Critical'] }
  assert.equal(said(eve({ alert: { signature_id: 7, severity: 3, metadata } })), 'critical')
})

test('observables are what lies outside: hosts, names asked for and answered, whole URLs, hashes', () => {
  const of = (over: object): string[] => {
    const found = eve(over)
    return isSighting(found) ? found.observables.slice(2).map(({ type, value }) => `${type} ${value}`) : []
  }
  const answers = [
    { rrname: 'a.example', rrtype: 'CNAME', rdata: 'b.example' },
    { rrname: 'b.example', rrtype: 'AAAA', rdata: '2001:db8::7' },
    { rrname: 'b.example', rrtype: 'TXT', rdata: 'not an address' },
  ]
  assert.deepEqual(of({ event_type: 'dns', dns: { rrname: 'a.example', answers } }), [
    'domain-name a.example',
    'domain-name b.example',
    'ipv6-addr 2001:db8::7',
  ])
  const http = { hostname: 'm.example', http_port: 8000, url: '/v1/x?y', http_user_agent: 'curl/8' }
  assert.deepEqual(of({ event_type: 'http', http }), [
    'domain-name m.example',
    'url http://m.example:8000/v1/x?y',
    'user-agent curl/8',
  ])
  assert.deepEqual(of({ event_type: 'http', http: { url: '/x' } }), ['url http://192.0.2.10/x'])
  assert.deepEqual(of({ event_type: 'quic', quic: { sni: 'q.example' } }), ['domain-name q.example'])
  assert.deepEqual(of({ event_type: 'fileinfo', fileinfo: { sha256: 'ab', md5: 'cd' } }), [
    'file-hash ab',
    'file-hash cd',
  ])
})

test('CEF: the guide’s scale by number and by word; from medium on an event asserts', () => {
  const of = (severity: string): string =>
    said(
      alertOfCef(decodeCef(`CEF:0|Acme|FW|1|9|Port scan|${severity}|src=203.0.113.9 dst=192.0.2.7`), rules),
    )
  for (const severity of ['0', '1', '2', '3', 'Low', 'low', 'Unknown'])
    assert.equal(of(severity), 'sighting', severity)
  const steps = ['4', '6', '7', '8', '9', '10', 'Medium', 'High', 'Very-High'].map(of)
  assert.deepEqual(steps, [
    'medium',
    'medium',
    'high',
    'high',
    'critical',
    'critical',
    'medium',
    'high',
    'critical',
  ])
  // None of the guide: said to be neither light nor grave.
  for (const severity of ['11', '99', '-1', '5.5', 'x', '1e1']) assert.equal(of(severity), 'medium', severity)
})

test('LEEF: sev from 1 to 10 on the same scale, and medium where it is missing or none', () => {
  const of = (sev: string, signalFrom?: 'critical'): string =>
    said(
      alertOfLeef(decodeLeef(`LEEF:2.0|Acme|WAF|1|SQLi|x5e|dst=192.0.2.7^${sev}`), {
        ...rules,
        ...(signalFrom === undefined ? {} : { signalFrom }),
      }),
    )
  const found = ['sev=1', 'sev=3', 'sev=4', 'sev=7', 'sev=9', 'sev=10', 'sev=11', 'sev=x', ''].map((one) =>
    of(one),
  )
  assert.deepEqual(found.slice(0, 6), ['sighting', 'sighting', 'medium', 'high', 'critical', 'critical'])
  assert.deepEqual(found.slice(6), ['medium', 'medium', 'medium'])
  assert.equal(of('sev=8', 'critical'), 'sighting')
})
