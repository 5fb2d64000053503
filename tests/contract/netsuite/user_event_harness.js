// Runs user_event.js outside NetSuite: its modules are stand-ins over node's own, and what it posts is printed as JSON.
const nodeCrypto = require('crypto');
const fs = require('fs');

const [scriptPath, scenarioText] = process.argv.slice(2);
const scenario = JSON.parse(scenarioText);
const printed = { posts: [], errors: [] };
const wallClock = Date.now;
let waited = 0;
Date.now = () => wallClock() + waited;

const modules = {
    'N/crypto': {
        HashAlg: { SHA256: 'sha256' },
        createSecretKey: ({ secret, encoding }) => Buffer.from(scenario.secrets[secret], encoding),
        createHmac: ({ algorithm, key }) => {
            const hmac = nodeCrypto.createHmac(algorithm, key);
            return {
                update: ({ input, inputEncoding }) => hmac.update(input, inputEncoding),
                digest: ({ outputEncoding }) => hmac.digest(outputEncoding).toUpperCase(),
            };
        },
    },
    'N/crypto/random': { generateUUID: () => '6f1f0c3a-0000-4000-8000-000000000099' },
    'N/encode': { Encoding: { UTF_8: 'utf8', HEX: 'hex' } },
    'N/https': {
        post: (request) => {
            if (scenario.dead) throw Object.assign(new Error('no answer'), { name: 'SSS_REQUEST_TIME_EXCEEDED' });
            printed.posts.push(request);
            waited += scenario.answerMilliseconds || 0;
            return { code: (scenario.answers || [])[printed.posts.length - 1] || 200 };
        },
    },
    'N/log': { error: (entry) => printed.errors.push(entry) },
    'N/runtime': {
        accountId: '1234567_SB1',
        executionContext: 'USERINTERFACE',
        getCurrentScript: () => ({ getParameter: ({ name }) => scenario.parameters[name] }),
    },
};

global.define = (names, build) => {
    const script = build(...names.map((name) => modules[name]));
    const { type, id, fields } = scenario.record;
    script.afterSubmit({
        type: scenario.eventType,
        UserEventType: { DELETE: 'delete' },
        newRecord: { type, id, getValue: ({ fieldId }) => (fieldId in fields ? fields[fieldId] : '') },
    });
};
eval(fs.readFileSync(scriptPath, 'utf8'));
process.stdout.write(JSON.stringify(printed));
