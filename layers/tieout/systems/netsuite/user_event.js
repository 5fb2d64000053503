/**
 * Posts that a record changed to Tieout. Deploy it on Invoice, Credit Memo, Customer Payment, Journal Entry, Vendor Bill,
 * Vendor Credit and, if used, Intercompany and Advanced Intercompany Journal Entry; for master data on Customer, Account,
 * Department and every type of item that is sold. Set-up: README.md beside this file.
 *
 * The body is a hint: Tieout reads the posted ledger lines itself. So whatever goes wrong here is logged and swallowed;
 * a save by a user must never fail because of it.
 *
 * @NApiVersion 2.1
 * @NScriptType UserEventScript
 * @NModuleScope SameAccount
 */
define(['N/crypto', 'N/crypto/random', 'N/encode', 'N/https', 'N/log', 'N/runtime'], (crypto, random, encode, https, log, runtime) => {
    const MOST_POSTS = 3; // 10 governance units each
    const PATIENCE_MILLISECONDS = 10000; // the user waits for the save meanwhile
    const FIELDS = ['tranid', 'trandate', 'postingperiod', 'entity', 'customer', 'subsidiary', 'currency', 'lastmodifieddate'];

    const afterSubmit = (context) => {
        try {
            post(describe(context));
        } catch (error) {
            log.error({ title: 'Tieout was not told', details: `${error.name}: ${error.message}` });
        }
    };

    const describe = (context) => {
        const record = context.newRecord;
        const isGone = context.type === context.UserEventType.DELETE;
        return {
            eventId: random.generateUUID(),
            eventType: String(context.type).toLowerCase(),
            occurredAt: new Date().toISOString(),
            accountId: runtime.accountId,
            executionContext: runtime.executionContext,
            recordType: record.type,
            recordId: String(record.id),
            record: { id: String(record.id), type: record.type, fields: isGone ? { id: String(record.id) } : fieldsOf(record) },
        };
    };

    // An inline edit (xedit) holds only the fields that were edited: the others are absent, and that is fine.
    const fieldsOf = (record) => {
        const fields = {};
        FIELDS.forEach((fieldId) => {
            const value = record.getValue({ fieldId });
            if (value !== null && value !== undefined && value !== '') {
                fields[fieldId] = value instanceof Date ? value.toISOString() : String(value);
            }
        });
        return fields;
    };

    // NetSuite repeats nothing by itself. An answer that asks for another try gets one at once, since a script cannot wait;
    // answers that were slow, or never came, have cost the user's save seconds already and are not waited for again.
    const post = (event) => {
        const begun = Date.now();
        for (let posts = 1; ; posts += 1) {
            const { code } = send(event);
            if (code >= 200 && code <= 299) {
                return;
            }
            const isLast = posts === MOST_POSTS || Date.now() - begun > PATIENCE_MILLISECONDS;
            if (isLast || !(code === 429 || code >= 500)) {
                log.error({ title: 'Tieout refused an event', details: `${code} for ${event.recordType} ${event.recordId}` });
                return;
            }
        }
    };

    const send = (event) => {
        const script = runtime.getCurrentScript();
        const body = JSON.stringify(event);
        const timestamp = String(Date.now());
        return https.post({
            url: script.getParameter({ name: 'custscript_tieout_url' }),
            headers: {
                'Content-Type': 'application/json',
                'X-Timestamp': timestamp,
                'X-Signature': `sha256=${sign(script.getParameter({ name: 'custscript_tieout_secret' }), `${timestamp}.${body}`)}`,
            },
            body,
        });
    };

    // The parameter holds the script id of an API secret (custsecret_...); the secret itself never enters the script.
    const sign = (secretId, text) => {
        const key = crypto.createSecretKey({ secret: secretId, encoding: encode.Encoding.UTF_8 });
        const hmac = crypto.createHmac({ algorithm: crypto.HashAlg.SHA256, key });
        hmac.update({ input: text, inputEncoding: encode.Encoding.UTF_8 });
        return hmac.digest({ outputEncoding: encode.Encoding.HEX });
    };

    return { afterSubmit };
});
