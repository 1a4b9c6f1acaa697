use super::*;

/// A header frame of a body of this size with a message id and a table of headers.
fn header(body_size: u64, message_id: &[u8], table: &[u8]) -> Vec<u8> {
    let mut payload = vec![0, 60, 0, 0];
    payload.extend_from_slice(&body_size.to_be_bytes());
    // The flags of headers and message_id.
    payload.extend_from_slice(&0x2080_u16.to_be_bytes());
    payload.extend_from_slice(&u32::try_from(table.len()).unwrap().to_be_bytes());
    payload.extend_from_slice(table);
    payload.push(u8::try_from(message_id.len()).unwrap());
    payload.extend_from_slice(message_id);
    let mut frame = Vec::new();
    put_frame(HEADER, 1, &payload, &mut frame);
    frame
}

fn body(payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    put_frame(BODY, 1, payload, &mut frame);
    frame
}

fn filtered(bytes: &[u8]) -> Vec<u8> {
    let (mut filter, mut out) = (FrameFilter::default(), Vec::new());
    filter.push(bytes, &mut out);
    out
}

fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

/// Tables within tables.
fn nested(depth: usize) -> Vec<u8> {
    let mut table = Vec::new();
    for _ in 0..depth {
        let mut outer = vec![1, b'k', b'F'];
        outer.extend_from_slice(&u32::try_from(table.len()).unwrap().to_be_bytes());
        outer.extend_from_slice(&table);
        table = outer;
    }
    table
}

#[test]
fn what_lapin_can_read_passes_unchanged_however_it_is_cut() {
    let table = b"\x04name\x53\x00\x00\x00\x02\xff\xfe";
    let mut bytes = header(3, b"id", table);
    bytes.extend(body(b"\xff\x00x"));
    bytes.extend([HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END]);
    bytes.extend(header(0, b"id", &nested(3)));

    for cut in 0..bytes.len() {
        let (mut filter, mut out) = (FrameFilter::default(), Vec::new());
        let (one, other) = bytes.split_at(cut);
        filter.push(one, &mut out);
        filter.push(other, &mut out);
        assert_eq!(out, bytes, "cut at {cut}");
    }
}

#[test]
fn text_that_is_not_utf8_is_escaped_and_named() {
    let out = filtered(&header(0, b"a\xffb", b""));

    assert!(contains(&out, "a\\xffb"));
    assert!(contains(&out, "the property message_id is not UTF-8"));
    assert_eq!(filtered(&out), out);
}

#[test]
fn names_and_nesting_of_headers_are_checked_and_plain_ones_are_kept() {
    let kept = b"\x04kept\x53\x00\x00\x00\x02ok";
    for bad in [&b"\x01\xfft\x01"[..], &nested(10_000), &b"\x01k?"[..]] {
        let out = filtered(&header(0, b"id", &[kept, bad].concat()));

        assert!(contains(&out, "x-malformed") && contains(&out, "kept"));
        assert_eq!(filtered(&out), out);
    }
}

#[test]
fn an_escaped_text_stays_a_short_string() {
    let out = filtered(&header(0, &[0xff; 255], b""));

    assert_eq!(filtered(&out), out);
}

#[test]
fn a_body_that_is_too_large_is_cut() {
    let piece = vec![b'x'; 100_000];
    let size = 100_000 * 30;
    let mut bytes = header(size, b"id", b"");
    for _ in 0..30 {
        bytes.extend(body(&piece));
    }
    bytes.extend(header(2, b"next", b""));
    bytes.extend(body(b"ok"));

    let out = filtered(&bytes);

    assert!(out.len() < 70_000, "{}", out.len());
    assert!(contains(&out, "the body has 3000000 bytes"));
    assert!(contains(&out, "next") && out.ends_with(&body(b"ok")));
    assert_eq!(filtered(&out), out);
}

#[test]
fn a_routing_key_that_is_not_utf8_is_escaped() {
    let deliver = |key: &[u8]| {
        let mut payload = vec![0, 60, 0, 60, 1, b't', 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, b'e'];
        payload.push(u8::try_from(key.len()).unwrap());
        payload.extend_from_slice(key);
        let mut frame = Vec::new();
        put_frame(METHOD, 1, &payload, &mut frame);
        frame
    };
    assert_eq!(filtered(&deliver(b"order.created")), deliver(b"order.created"));

    let out = filtered(&[deliver(b"a\xff"), header(0, b"id", b"")].concat());

    assert!(contains(&out, "a\\xff") && contains(&out, "the routing key is not UTF-8"));
}

#[test]
fn who_does_not_speak_in_frames_is_passed_on() {
    assert_eq!(filtered(b"AMQP\x00\x00\x09\x01"), b"AMQP\x00\x00\x09\x01");
}
