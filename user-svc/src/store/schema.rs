//! The tables, as the migrations make them.

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        password_hash -> Text,
        first_name -> Text,
        last_name -> Text,
        phone_number -> Nullable<Text>,
        is_admin -> Bool,
        is_active -> Bool,
        is_verified -> Bool,
        version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        avatar -> Nullable<Uuid>,
        erased_at -> Nullable<Timestamptz>,
        email_canonical -> Nullable<Text>,
        email_conflict -> Bool,
    }
}

diesel::table! {
    picture_removals (id) {
        id -> Uuid,
        due_at -> Timestamptz,
        is_taken -> Bool,
    }
}

diesel::table! {
    addresses (id) {
        id -> Uuid,
        user_id -> Uuid,
        name -> Text,
        line1 -> Text,
        line2 -> Nullable<Text>,
        city -> Text,
        region -> Nullable<Text>,
        postal_code -> Nullable<Text>,
        country -> Text,
        phone_number -> Nullable<Text>,
        is_default -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        user_id -> Uuid,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        spent_hash -> Nullable<Bytea>,
        sealed_successor -> Nullable<Bytea>,
        sealed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Bytea,
        session_id -> Uuid,
        created_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    ended_users (user_id) {
        user_id -> Uuid,
        until -> Timestamptz,
    }
}

diesel::table! {
    mails (id) {
        id -> Uuid,
        purpose -> Text,
        recipient -> Text,
        attempts -> Int4,
        next_attempt_at -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    mail_tokens (user_id, purpose) {
        user_id -> Uuid,
        purpose -> Text,
        hash -> Bytea,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    shop_owners (shop_id) {
        shop_id -> Uuid,
        owner_id -> Uuid,
        is_open -> Bool,
        version -> Int8,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(
    users,
    addresses,
    sessions,
    refresh_tokens,
    shop_owners,
    ended_users,
    mails,
    mail_tokens
);
