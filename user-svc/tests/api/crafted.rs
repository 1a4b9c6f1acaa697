//! Pictures made by hand: larger than they look, lying about themselves, or made to cost their decoder much.

use std::io::Cursor;

use flate2::{Compress, Compression, FlushCompress};
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The colours of a PNG.
#[derive(Clone, Copy)]
pub struct Png {
    pub kind: u8,
    pub channels: usize,
    pub bits: usize,
    pub interlaced: bool,
}

pub const GREY_1: Png = png_kind(0, 1, 1);
pub const RGB: Png = png_kind(2, 3, 8);
pub const RGBA: Png = png_kind(6, 4, 8);
pub const RGBA_16: Png = png_kind(6, 4, 16);

const fn png_kind(kind: u8, channels: usize, bits: usize) -> Png {
    Png {
        kind,
        channels,
        bits,
        interlaced: false,
    }
}

impl Png {
    pub fn interlaced(self) -> Self {
        Self {
            interlaced: true,
            ..self
        }
    }

    /// A black picture.
    pub fn file(self, width: usize, height: usize) -> Vec<u8> {
        self.file_with(width, height, &[])
    }

    /// A black picture, with more chunks before its pixels.
    pub fn file_with(self, width: usize, height: usize, chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let sides = [width, height].map(|side| u32::try_from(side).unwrap().to_be_bytes());
        let bits = u8::try_from(self.bits).unwrap();
        let rest = [bits, self.kind, 0, 0, u8::from(self.interlaced)];
        png_chunk(&mut file, *b"IHDR", &[sides.concat().as_slice(), &rest].concat());
        for (name, data) in chunks {
            png_chunk(&mut file, *name, data);
        }
        png_chunk(&mut file, *b"IDAT", &deflated_zeros(self.raw_size(width, height)));
        png_chunk(&mut file, *b"IEND", &[]);
        file
    }

    fn raw_size(self, width: usize, height: usize) -> usize {
        let rows = |width: usize, height: usize| match width {
            0 => 0,
            _ => (1 + (width * self.channels * self.bits).div_ceil(8)) * height,
        };
        if !self.interlaced {
            return rows(width, height);
        }
        // Adam7: where each pass begins, and its steps.
        [
            (0, 0, 8, 8),
            (4, 0, 8, 8),
            (0, 4, 4, 8),
            (2, 0, 4, 4),
            (0, 2, 2, 4),
            (1, 0, 2, 2),
            (0, 1, 1, 2),
        ]
        .into_iter()
        .map(|(left, top, right, down): (usize, usize, usize, usize)| {
            rows(
                width.saturating_sub(left).div_ceil(right),
                height.saturating_sub(top).div_ceil(down),
            )
        })
        .sum()
    }
}

fn png_chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
    let mut check = flate2::Crc::new();
    check.update(&name);
    check.update(data);
    file.extend(name);
    file.extend(data);
    file.extend(check.sum().to_be_bytes());
}

/// A zlib stream: one block of zeros as often as it takes, since deflating hundreds of megabytes takes long.
fn deflated_zeros(size: usize) -> Vec<u8> {
    let zeros = vec![0; 1024 * 1024];
    let deflated = |size: usize, flush| {
        let mut block = Vec::with_capacity(64 * 1024);
        let mut deflate = Compress::new(Compression::best(), false);
        deflate.compress_vec(&zeros[..size], &mut block, flush).unwrap();
        block
    };
    let mut stream = vec![0x78, 0x9c];
    stream.extend(deflated(zeros.len(), FlushCompress::Full).repeat(size / zeros.len()));
    stream.extend(deflated(size % zeros.len(), FlushCompress::Finish));
    let adler = u32::try_from(size % 65_521).unwrap() << 16 | 1;
    stream.extend(adler.to_be_bytes());
    stream
}

/// A colour profile that unpacks to so many zeros.
pub fn profile(size: usize) -> ([u8; 4], Vec<u8>) {
    (*b"iCCP", [b"p\0\0".as_slice(), &deflated_zeros(size)].concat())
}

/// A text that unpacks to so many zeros.
pub fn text(size: usize) -> ([u8; 4], Vec<u8>) {
    (*b"zTXt", [b"t\0\0".as_slice(), &deflated_zeros(size)].concat())
}

/// A black JPEG.
pub fn jpeg(side: u16, color: ColorType, progressive: bool, sampling: SamplingFactor) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_progressive(progressive);
    encoder.set_sampling_factor(sampling);
    let channels = match color {
        ColorType::Luma => 1,
        ColorType::Cmyk => 4,
        _ => 3,
    };
    let pixels = vec![0; usize::from(side) * usize::from(side) * channels];
    encoder.encode(&pixels, side, side, color).unwrap();
    file
}

/// A black WebP without loss.
pub fn webp(side: u32, alpha: bool) -> Vec<u8> {
    let image = if alpha {
        DynamicImage::from(RgbaImage::new(side, side))
    } else {
        DynamicImage::from(RgbImage::new(side, side))
    };
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, ImageFormat::WebP).unwrap();
    file.into_inner()
}

/// A lossy WebP: of zeros its decoder makes a picture of one colour.
pub fn lossy_webp(side: u16) -> Vec<u8> {
    riff(&[(b"VP8 ", vp8(side))])
}

/// A canvas of one pixel, on which a picture of `side` pixels is to be put.
pub fn webp_larger_than_its_canvas(side: u16) -> Vec<u8> {
    riff(&[(b"VP8X", canvas(0, 1)), (b"VP8 ", vp8(side))])
}

/// An animation with one frame.
pub fn animated_webp(side: u32) -> Vec<u8> {
    let still = webp(side, true);
    // After the file's and the chunk's heads.
    let vp8l = &still[20..];
    let mut frame = vec![0; 6];
    frame.extend(&three_bytes(side - 1).repeat(2));
    frame.extend([100, 0, 0, 2]);
    riff_chunk(&mut frame, b"VP8L", vp8l);
    riff(&[
        (b"VP8X", canvas(0b0001_0010, side)),
        (b"ANIM", vec![0; 6]),
        (b"ANMF", frame),
    ])
}

/// Sixteen pixels, for which 65 536 groups of code tables are to be built: more than a gigabyte.
pub fn webp_of_tables() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(3, 14);
    bits.put(3, 14);
    // No alpha, version 0, no transform, no colour cache; code tables by blocks of four pixels.
    bits.put(0, 1 + 3 + 1 + 1);
    bits.put(1, 1);
    bits.put(0, 3);
    // The picture that says which block uses which group: one pixel, of the last group. No colour cache.
    bits.put(0, 1);
    for channel in [255, 255, 0, 0, 0] {
        bits.put(0b101, 3);
        bits.put(channel, 8);
    }
    for _ in 0..65_536 * 5 {
        bits.put_table();
    }
    let mut vp8l = bits.bytes;
    vp8l.extend([0; 64]);
    riff(&[(b"VP8L", vp8l)])
}

/// Bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            *self.bytes.last_mut().unwrap() |= u8::from(value >> bit & 1 == 1) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Codes are written the highest bit first.
    fn put_code(&mut self, code: u32, count: u32) {
        for bit in (0..count).rev() {
            self.put(code >> bit & 1, 1);
        }
    }

    /// A code with eleven symbols of lengths 1, 2, .. 10, 10: its table has 1024 entries.
    fn put_table(&mut self) {
        self.put(0, 1);
        // How long the codes of lengths are, in the order 17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10.
        self.put(14 - 4, 4);
        for length in [0, 0, 0, 3, 3, 3, 3, 3, 0, 3, 4, 4, 4, 4] {
            self.put(length, 3);
        }
        // Eleven symbols.
        self.put(1, 1);
        self.put(1, 3);
        self.put(11 - 2, 4);
        for length in (1..=10).chain([10]) {
            match length {
                1..=6 => self.put_code(length - 1, 3),
                _ => self.put_code(0b1100 + length - 7, 4),
            }
        }
    }
}

fn vp8(side: u16) -> Vec<u8> {
    let partition = 500 * 1024_u32;
    let tag = 0x10 | partition << 5;
    let mut data = tag.to_le_bytes()[..3].to_vec();
    data.extend([0x9d, 0x01, 0x2a]);
    data.extend(side.to_le_bytes());
    data.extend(side.to_le_bytes());
    data.resize(data.len() + 4 * 1024 * 1024, 0);
    data
}

fn canvas(flags: u8, side: u32) -> Vec<u8> {
    let sides = three_bytes(side - 1).repeat(2);
    [[flags, 0, 0, 0].as_slice(), &sides].concat()
}

fn three_bytes(value: u32) -> Vec<u8> {
    value.to_le_bytes()[..3].to_vec()
}

fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut body = b"WEBP".to_vec();
    for (name, data) in chunks {
        riff_chunk(&mut body, name, data);
    }
    let mut file = Vec::new();
    riff_chunk(&mut file, b"RIFF", &body);
    file
}

fn riff_chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    file.extend(name);
    file.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    file.extend(data);
    file.resize(file.len().next_multiple_of(2), 0);
}
