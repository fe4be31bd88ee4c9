import { content, defineErasure, keep, pii, secret, session, subject, table, unrelated } from "pg-lethe";

export default defineErasure({
	tables: {
		users: subject({
			key: "id",
			columns: {
				id: keep(), email: pii.email(), name: pii.null(),
				hashed_password: secret(), created_at: keep()
			}
		}),
		sessions: session({ owner: "user_id" }),
		comments: content({ owner: "author_id", rows: "delete" }),
		votes: content({ owner: "user_id", rows: "detach" }),
		notes: table({
			rules: [
				content({ owner: "user_id", rows: { anonymize: "transform", hard_delete: "delete" } }),
				content({ owner: "by", rows: "detach" })
			]
		}),
		prices: unrelated("a price list")
	}
});
