//! The tables, as the migrations make them.

diesel::table! {
    shops (shop_id) {
        shop_id -> Uuid,
        version -> Int8,
        is_approved -> Bool,
        snapshot -> Nullable<Jsonb>,
        rating_average_x100 -> Int4,
        rating_count -> Int8,
        rating_version -> Int8,
        document_version -> Int8,
    }
}

diesel::table! {
    products (product_id) {
        product_id -> Uuid,
        shop_id -> Nullable<Uuid>,
        version -> Int8,
        is_active -> Bool,
        snapshot -> Nullable<Jsonb>,
        rating_average_x100 -> Int4,
        rating_count -> Int8,
        rating_version -> Int8,
        document_version -> Int8,
        rating_event_version -> Int8,
    }
}

diesel::table! {
    stock (variation_id) {
        variation_id -> Uuid,
        product_id -> Uuid,
        available -> Int4,
        stock_version -> Int8,
        turned -> Bool,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    index_queue (kind, id) {
        kind -> Text,
        id -> Uuid,
        seq -> Int8,
        after -> Nullable<Uuid>,
    }
}

diesel::table! {
    index_generation (single) {
        single -> Bool,
        generation -> Uuid,
    }
}

diesel::table! {
    shop_visibility (single) {
        single -> Bool,
        version -> Int8,
    }
}

diesel::table! {
    dictionary_words (word) {
        word -> Text,
        seq -> Int8,
    }
}

diesel::table! {
    maintenance_jobs (id) {
        id -> Uuid,
        kind -> Text,
        source -> Text,
        status -> Text,
        index_id -> Nullable<Uuid>,
        phase -> Text,
        after -> Nullable<Uuid>,
        done -> Int8,
        total -> Int8,
        error -> Nullable<Text>,
        result -> Nullable<Jsonb>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        finished_at -> Nullable<Timestamptz>,
        resumes -> Int4,
    }
}

diesel::table! {
    rejected_documents (kind, id) {
        kind -> Text,
        id -> Uuid,
        version -> Int8,
        reason -> Text,
        rejected_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(shops, products, stock);
