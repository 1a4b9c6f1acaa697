//! The tables, as the migrations make them.

diesel::table! {
    accounts (user_id) {
        user_id -> Uuid,
        is_closed -> Bool,
        attempt -> Int8,
    }
}

diesel::table! {
    orders (id) {
        id -> Uuid,
        number -> Text,
        user_id -> Uuid,
        previous_order_id -> Nullable<Uuid>,
        reservation_id -> Uuid,
        status -> Text,
        currency -> Text,
        subtotal -> Int8,
        shipping -> Int8,
        tax -> Int8,
        discount -> Int8,
        total -> Int8,
        shipping_address -> Jsonb,
        note -> Nullable<Text>,
        version -> Int8,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sub_orders (id) {
        id -> Uuid,
        order_id -> Uuid,
        shop_id -> Uuid,
        owner_id -> Uuid,
        status -> Text,
        subtotal -> Int8,
    }
}

diesel::table! {
    order_items (id) {
        id -> Uuid,
        order_id -> Uuid,
        sub_order_id -> Uuid,
        cart_line_id -> Uuid,
        product_id -> Uuid,
        variation_id -> Uuid,
        title -> Text,
        sku -> Text,
        options -> Jsonb,
        quantity -> Int4,
        unit_price -> Int8,
        cost_price -> Nullable<Int8>,
        status -> Text,
        carrier -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        version -> Int8,
    }
}

diesel::table! {
    timeline (order_id, id) {
        order_id -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        actor_id -> Uuid,
        what -> Text,
        item_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    operator_actions (order_id, id) {
        order_id -> Uuid,
        id -> Uuid,
        item_id -> Uuid,
        operator_id -> Uuid,
        at -> Timestamptz,
        from_status -> Text,
        to_status -> Text,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    verdicts (reservation_id) {
        reservation_id -> Uuid,
        verdict -> Text,
        order_id -> Nullable<Uuid>,
        decided_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(orders, sub_orders, order_items, timeline, verdicts);
