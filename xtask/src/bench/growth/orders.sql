-- Orders that every database computes alike: number n of them was placed at pg_temp.at(n), and all else follows from both.
-- Whoever runs this sets what begins with a colon.
set synchronous_commit = off;
-- No foreign key is checked: rows are made in the order of their references.
set session_replication_role = replica;
set jit = off;
set work_mem = '64MB';

create function pg_temp.at(n bigint) returns timestamptz stable
    return timestamptz :'begin' + (n - :first)::float8 * interval :'step';

-- Like a UUIDv7: it rises with time. All functions are to be taken into the query that calls them, which Postgres does
-- when they promise no more than what they call: a call costs 50 us.
create function pg_temp.key(at timestamptz, seed text) returns uuid stable
    return ('0' || to_hex((date_part('epoch', at) * 1000)::bigint) || '7000a' || left(md5(seed), 15))::uuid;

create function pg_temp.digit(value bigint, place bigint) returns text stable
    return substr('23456789ABCDEFGHJKMNPQRSTVWXYZ', (value / place % 30)::integer + 1, 1);

create function pg_temp.number(value bigint) returns text stable
    return 'SK-' || pg_temp.digit(value, 21870000000) || pg_temp.digit(value, 729000000)
        || pg_temp.digit(value, 24300000) || pg_temp.digit(value, 810000) || '-' || pg_temp.digit(value, 27000)
        || pg_temp.digit(value, 900) || pg_temp.digit(value, 30) || pg_temp.digit(value, 1);

create function pg_temp.money(amount bigint) returns jsonb stable
    return jsonb_build_object('amount', amount, 'currency', 'AZN');

create temp table ware as
select * from jsonb_to_recordset(:'wares') as ware (
    place integer, shop_id uuid, owner_id uuid, product_id uuid, variation_id uuid, title text, sku text);

-- Each customer orders in turn, so the order before is as many orders ago as there are customers. One in four has two
-- lines, each of another shop; one in forty-nine was cancelled.
create temp table placed as
select n, pg_temp.at(n) as at, pg_temp.key(pg_temp.at(n), 'order ' || n) as id,
    coalesce((:'regulars'::uuid[])[((n - :first) % :customers + 1)::integer],
        pg_temp.key(timestamptz :'begin', 'customer ' || :first || ' ' || (n - :first) % :customers)) as user_id,
    case when n - :first >= :customers then
        pg_temp.key(pg_temp.at(n - :customers), 'order ' || n - :customers) end as previous_order_id,
    pg_temp.key(pg_temp.at(n), 'reservation ' || n) as reservation_id,
    -- Neighbours get numbers far apart, and no two the same.
    pg_temp.number(n * 271828182847 % 656100000000) as number,
    case when n % 4 = 0 then 2 else 1 end as lines,
    (n % 3 + 1)::integer as quantity,
    case when n % 4 = 0 then 2 else 1 end * (n % 3 + 1) * 2500 as total,
    n % 49 = 7 as is_cancelled
from generate_series(:from::bigint, :to::bigint) as n;

create temp table line as
select placed.*, l, ware.shop_id, ware.owner_id, ware.product_id, ware.variation_id, ware.title, ware.sku,
    pg_temp.key(at, 'part ' || n || ' ' || l) as part_id,
    pg_temp.key(at, 'item ' || n || ' ' || l) as item_id,
    pg_temp.key(at, 'cart line ' || n || ' ' || l) as cart_line_id,
    2500::bigint as unit_price,
    case when is_cancelled then 'cancelled' else 'delivered' end as status,
    case when not is_cancelled then 'Azerpost' end as carrier,
    case when not is_cancelled then 'AZ' || n * 2 + l end as tracking_number,
    case when not is_cancelled then at + interval '1 day' end as shipped_at,
    case when not is_cancelled then at + interval '3 days' end as delivered_at,
    case when is_cancelled then at + interval '1 hour' end as cancelled_at
from placed
cross join lateral generate_series(0, lines - 1) as l
join ware on ware.place = (n + l) % 2 * :half + (n / 2 * 7 + l * 31) % :half;

analyze placed, line;
