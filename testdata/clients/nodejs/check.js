// Asks a running deliverd with the provider's own client, unmodified, and holds
// the answers against ../../summary. Run by ../run.
//
//   node check.js HOST:PORT SECRET-ID SECRET-KEY
'use strict'
const assert = require('node:assert')
const fs = require('node:fs')
const path = require('node:path')
const sdk = require('tencentcloud-sdk-nodejs-intl-en')

const [endpoint, id, key] = process.argv.slice(2)
const { Client, Models } = sdk.billing.v20180709

function ask ({ secretId = id, secretKey = key, signMethod = 'TC3-HMAC-SHA256', reqMethod = 'POST', host = endpoint, action = 'DescribeBillSummary' }, params) {
  const http = new sdk.common.HttpProfile('http://', host, reqMethod)
  const client = new Client(new sdk.common.Credential(secretId, secretKey), '', new sdk.common.ClientProfile(signMethod, http))
  const request = new Models.DescribeBillSummaryRequest()
  Object.assign(request, params)
  return new Promise((resolve, reject) => client.request(action, request, new Models.DescribeBillSummaryResponse(), (err, res) => err ? reject(err) : resolve(res)))
}

function detail (params) {
  const http = new sdk.common.HttpProfile('http://', endpoint, 'POST')
  const client = new Client(new sdk.common.Credential(id, key), '', new sdk.common.ClientProfile('TC3-HMAC-SHA256', http))
  const request = Object.assign(new Models.DescribeBillDetailRequest(), params)
  return new Promise((resolve, reject) => client.DescribeBillDetail(request, (err, res) => err ? reject(err) : resolve(res)))
}

const pause = () => new Promise(resolve => setTimeout(resolve, 1100)) // 20 requests in a second are answered
const plain = value => JSON.parse(JSON.stringify(value, (_, v) => v === null || v instanceof Function ? undefined : v))
const example = name => plain(JSON.parse(fs.readFileSync(path.join(__dirname, '../../summary', name + '.json'))))

async function refused (what, code, how, params) {
  await assert.rejects(ask(how, params), err => { assert.strictEqual(err.code, code, what); return true })
  console.log(`ok: ${what}: ${code}`)
}

async function main () {
  const region = { Month: '2023-04', GroupType: 'region' }
  for (const signMethod of ['TC3-HMAC-SHA256', 'HmacSHA1', 'HmacSHA256']) {
    for (const reqMethod of ['POST', 'GET']) {
      for (const groupType of ['region', 'project', 'business', 'payMode']) {
        const got = await ask({ signMethod, reqMethod }, { Month: '2023-04', GroupType: groupType })
        assert.strictEqual(got.Ready, 1)
        assert.deepStrictEqual(plain(got.SummaryDetail), example(groupType), groupType)
      }
      console.log(`ok: ${signMethod} ${reqMethod}`)
    }
    await pause()
  }
  const page = await detail({ Month: '2023-04', Offset: 0, Limit: 300, NeedRecordNum: 1 })
  assert.strictEqual(page.Total, 13)
  assert.strictEqual(page.DetailSet.length, 13)
  assert.deepStrictEqual(page.DetailSet.map(r => r.ComponentSet.length), Array(13).fill(1))
  console.log('ok: DescribeBillDetail')
  await refused('a wrong key', 'AuthFailure.SecretIdNotFound', { secretId: 'AKIDnobody' }, region)
  await refused('a wrong secret', 'AuthFailure.SignatureFailure', { secretKey: 'wrong' }, region)
  await refused('a wrong secret, v1', 'AuthFailure.SignatureFailure', { secretKey: 'wrong', signMethod: 'HmacSHA256' }, region)
  await refused('an unknown action', 'InvalidAction', { action: 'DescribeEverything' }, region)
  await refused('a bad month', 'InvalidParameterValue', {}, { Month: '2023-13', GroupType: 'region' })
  await refused('no group type', 'MissingParameter', {}, { Month: '2023-04' })
  await refused('an unknown tag key', 'FailedOperation.TagKeyNotExist', {}, { Month: '2023-04', GroupType: 'tag', TagKey: ['nobody'] })
  const getTime = Date.prototype.getTime
  Date.prototype.getTime = function () { return getTime.call(this) - 600e3 } // eslint-disable-line no-extend-native
  await refused('an expired timestamp', 'AuthFailure.SignatureExpire', {}, region)
  Date.prototype.getTime = getTime // eslint-disable-line no-extend-native
  await pause()
  const burst = await Promise.allSettled(Array.from({ length: 100 }, () => ask({}, region)))
  const answered = burst.filter(b => b.status === 'fulfilled').length
  const limited = burst.filter(b => b.status === 'rejected' && b.reason.code === 'RequestLimitExceeded').length
  assert.strictEqual(answered + limited, 100)
  assert.ok(answered >= 20 && answered <= 40, `${answered} of 100 were answered`)
  console.log(`ok: a burst of 100: ${answered} answered, ${limited} RequestLimitExceeded`)
}

main().catch(err => { console.error(err); process.exit(1) })
