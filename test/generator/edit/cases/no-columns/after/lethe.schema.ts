import { content, defineErasure, keep, pii, secret, session, subject, table, todo, unrelated } from "pg-lethe";

export default defineErasure({
	tables: {
		users: subject({
			key: "id",
			columns: {
				id: keep(), email: pii.email(), name: pii.null(),
				hashed_password: secret(), created_at: keep(),
				phone: todo("new column of type text: it may hold a phone number")
			}
		}),
		sessions: session({ owner: "user_id" }),
		comments: content({ owner: "author_id", rows: "delete" }),
		votes: content({ owner: "user_id", rows: "detach", columns: { weight: todo("new column of type integer") } }),
		notes: table({
			rules: [
				content({ owner: "user_id", rows: { anonymize: "transform", hard_delete: "delete" } }),
				content({ owner: "by", rows: "detach" })
			],
			columns: { text: todo("new column of type text: it may hold free text") }
		}),
		prices: unrelated("a price list")
	}
});
