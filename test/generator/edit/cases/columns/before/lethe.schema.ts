// A file with a taste of its own.
import { content, defineErasure, keep, keepRest, pii, secret, session, subject, unrelated } from 'pg-lethe'

const LEAVES = "[deleted]"   // said in the app, too

export default defineErasure({
    tables: {
        users: subject({
            key: 'id',
            columns: {
                id:              keep(),
                email:           pii.email(),   // unique!

                name:            pii.null(),
                hashed_password: secret(),
                // never about the person
                ...keepRest({
                    created_at: keep(),
                }),
            },
        }),
        sessions: session({ owner: 'user_id' }),
        comments: content({ owner: 'author_id', columns: { body: pii.replace(LEAVES), created_at: keep() } }),
        prices: unrelated('a price list')
    }
})
