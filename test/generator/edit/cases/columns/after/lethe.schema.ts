// A file with a taste of its own.
import { content, defineErasure, keep, keepRest, pii, secret, session, subject, todo, unrelated } from 'pg-lethe'

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
                phone: todo("new column of type text: it may hold a phone number"),
                "Odd name": todo("new column of type jsonb: it may hold anything at all"),
                logins: todo("new column of type integer"),
                // never about the person
                ...keepRest({
                    created_at: keep(),
                }),
            },
        }),
        sessions: session({ owner: 'user_id' }),
        comments: content({ owner: 'author_id', columns: { body: pii.replace(LEAVES), created_at: keep(), title: todo("new column of type character varying(80): it may hold free text"), edited_at: todo("new column of type timestamp with time zone") } }),
        prices: unrelated('a price list')
    }
})
