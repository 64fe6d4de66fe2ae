// A message centre that really listens (SMPP, by npm's `smpp`), records what it got, and misbehaves as it is told.
//
// It is told by lines of JSON on its input and answers each by one line on its output:
//   {"rules": {...}}      how it behaves from now on (below); {"deliver": {...}} somebody writes to us; {"unbind": 1} it ends every session;
//   {"garbled": hex} a delivery with this body; {"cut": 1} it ends every line; {"enquire": 1} it asks whether we are there; {"reset": 1} it forgets all;
//   {"got": 1}            what it has: messages, acknowledgements, redeliveries; {"count": 1} the numbers only.
// Rules: status {pattern of the address: status}, silent [patterns] takes and never answers, cut [patterns] takes and ends the line, lost [patterns] ends the line
// without having taken it, slow {pattern: ms}, throttle every n-th submit, receipts true or false, state {pattern: DELIVRD ...}, twice: every receipt comes twice,
// receipt_ids: "decimal" writes ids in hexadecimal in answers and in decimal in receipts, tags: with optional parameters, chance {cut, silent, slow, busy}: by the number.
'use strict'
const crypto = require('crypto'), fs = require('fs'), readline = require('readline'), smpp = require('smpp')

const options = JSON.parse(process.argv[2] || '{}')
let rules = { receipts: true }
let taken = [], numbers = 0, submits = 0, redelivered = 0, enquiries = 0, acknowledged = 0
let statuses = [] // of what answered our deliveries
const waiting = new Map() // what we delivered and nobody acknowledged, by a number of our own
let deliveries = 0
const sessions = new Set()

const matches = (patterns, address) => (patterns || []).some(pattern => new RegExp(pattern).test(address))
const of = (table, address) => { for (const pattern in table || {}) if (new RegExp(pattern).test(address)) return table[pattern] }
const drawn = (address, what) => crypto.createHash('md5').update(`${options.seed || 0}:${address}:${what}`).digest().readUInt32BE(0) / 2 ** 32
const unlucky = (address, what) => rules.chance && drawn(address, what) < (rules.chance[what] || 0)

function deliver (session, fields, number) {
  waiting.set(number, fields)
  session.deliver_sm(Object.assign({}, fields), answer => { if (answer.command_status === 0) { acknowledged++; waiting.delete(number) } })
}
const anySession = () => [...sessions].filter(session => session.hears && !session.closed)[0]
function deliverAnywhere (fields) {
  const session = anySession(), number = ++deliveries
  session ? deliver(session, fields, number) : waiting.set(number, fields)
}

function receipt (pdu, id) {
  const state = of(rules.state, pdu.destination_addr) || 'DELIVRD'
  if (state === 'NONE') return
  const name = rules.receipt_ids === 'decimal' ? parseInt(id, 16).toString().padStart(10, '0') : id
  const fields = {
    source_addr_ton: 1, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4,
    short_message: `id:${name} sub:001 dlvrd:${state === 'DELIVRD' ? '001' : '000'} submit date:2603101000 done date:2603101001 stat:${state} err:${state === 'DELIVRD' ? '000' : '001'} text:id:9`
  }
  if (rules.tags) Object.assign(fields, { receipted_message_id: id, message_state: { DELIVRD: 2, EXPIRED: 3, UNDELIV: 5 }[state], short_message: '' })
  for (let n = 0; n < (rules.twice ? 2 : 1); n++) deliverAnywhere(fields)
}

function submitted (session, pdu) {
  const to = pdu.destination_addr
  if (matches(rules.lost, to) && !session.isDoomed) { session.isDoomed = true; return session.destroy() }
  if (session.isDoomed) return
  const refused = of(rules.status, to)
  submits++
  if (refused !== undefined) return session.send(pdu.response({ command_status: refused }))
  if (rules.throttle && submits % rules.throttle === 0) return session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }))
  if (unlucky(to, 'busy') && !taken.some(one => one.to === to) && !session.server.busy.has(to)) {
    session.server.busy.add(to)
    return session.send(pdu.response({ command_status: smpp.ESME_RMSGQFUL }))
  }
  const id = (0x1a2b3c + ++numbers).toString(16)
  const payload = pdu.message_payload
  const message = payload && payload.message !== undefined ? payload : pdu.short_message
  const text = Buffer.isBuffer(message.message) ? message.message.toString('hex') : message.message
  taken.push({
    id, to, from: pdu.source_addr, ton: pdu.source_addr_ton, coding: pdu.data_coding, text, udh: message.udh ? Buffer.concat([].concat(message.udh)).toString('hex') : '',
    reference: pdu.user_message_reference, sar: [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum], payload: payload !== undefined, validity: pdu.validity_period
  })
  if (matches(rules.silent, to) || unlucky(to, 'silent')) return
  if (matches(rules.cut, to) || unlucky(to, 'cut')) { session.isDoomed = true; return session.destroy() }
  const answer = () => { session.send(pdu.response({ message_id: id })); if (rules.receipts && pdu.registered_delivery) receipt(pdu, id) }
  const wait = unlucky(to, 'slow') ? 1500 : of(rules.slow, to)
  wait ? setTimeout(answer, wait) : answer()
}

function session (one) {
  one.socket.setNoDelay(true)
  one.on('error', () => one.destroy())
  one.on('close', () => sessions.delete(one))
  const bound = pdu => {
    if (pdu.password !== (options.password || 'secret')) return one.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }))
    one.hears = pdu.command !== 'bind_transmitter'
    sessions.add(one)
    one.send(pdu.response({ system_id: 'centre' }))
    // What was not acknowledged comes again.
    if (one.hears) for (const [number, fields] of [...waiting]) { redelivered++; deliver(one, fields, number) }
  }
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) one.on(kind, bound)
  one.on('submit_sm', pdu => submitted(one, pdu))
  one.on('deliver_sm_resp', pdu => statuses.push(pdu.command_status))
  one.on('enquire_link', pdu => { enquiries++; if (!rules.deaf) one.send(pdu.response()) })
  one.on('unbind', pdu => { one.send(pdu.response()); one.close() })
}

const server = smpp.createServer(options.cert ? { cert: fs.readFileSync(options.cert), key: fs.readFileSync(options.key) } : {}, session)
server.busy = new Set()
server.on('error', error => { console.error(error.message); process.exit(1) })
const say = what => process.stdout.write(JSON.stringify(what) + '\n')
server.listen(options.port || 0, '127.0.0.1', () => say({ port: server.address().port }))

readline.createInterface({ input: process.stdin }).on('line', line => {
  const told = JSON.parse(line)
  if (told.rules) { rules = Object.assign({ receipts: true }, told.rules); say({}) }
  if (told.deliver) {
    const fields = told.deliver
    if (fields.hex !== undefined) fields.short_message = Buffer.from(fields.hex, 'hex')
    delete fields.hex
    deliverAnywhere(fields); say({})
  }
  if (told.reset) {
    rules = { receipts: true }; taken = []; numbers = submits = redelivered = enquiries = acknowledged = 0
    statuses = []; waiting.clear(); server.busy.clear(); say({})
  }
  if (told.garbled !== undefined) { // a deliver_sm whose body ends too early
    const body = Buffer.from(told.garbled, 'hex'), head = Buffer.alloc(16), one = anySession()
    head.writeUInt32BE(16 + body.length, 0); head.writeUInt32BE(5, 4); head.writeUInt32BE(0x7000000, 12)
    one.socket.write(Buffer.concat([head, body])); say({})
  }
  if (told.unbind) { for (const one of sessions) one.unbind(); say({}) }
  if (told.enquire) { let left = sessions.size; for (const one of sessions) one.enquire_link(() => { if (--left === 0) say({}) }) }
  if (told.cut) { for (const one of sessions) one.destroy(); say({}) }
  if (told.got) say({ taken, submits, redelivered, enquiries, acknowledged, waiting: waiting.size, sessions: sessions.size })
  if (told.count) say({ taken: taken.length, statuses: statuses.slice(0, 100), submits, redelivered, enquiries, acknowledged, waiting: waiting.size, sessions: sessions.size })
}).on('close', () => process.exit(0))
