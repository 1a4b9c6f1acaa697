//! Pictures that users send: read with care, and made small, square and anonymous.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Pixel, Rgb,
    RgbImage, Rgba,
};

/// The sides of what is kept.
const SIDE: u32 = 256;
/// What a decoder may be asked to unpack: a file of some kilobytes can claim to hold terabytes.
const MAX_PIXELS: u64 = 24_000_000;
const MAX_BYTES: u64 = 96 * 1024 * 1024;
const MAX_SIDE: u32 = 16_384;
/// What a decoder may unpack besides the pixels, such as a colour profile.
const MAX_EXTRA_BYTES: u64 = 8 * 1024 * 1024;
/// Up to this side a picture is scaled by a filter that is worth its cost; a larger one is averaged down to it first.
const FILTERED_SIDE: u32 = 1024;

/// Why a picture is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Something else.
    #[error("A picture is a JPEG, PNG or WebP image.")]
    Unknown,
    /// Cut off, or made wrong.
    #[error("The picture cannot be read.")]
    Broken,
    /// More than we unpack.
    #[error(
        "A picture has at most 24 million pixels (12 million with 16 bits per channel) and sides of at most 16384."
    )]
    TooLarge,
    /// It took more memory or time to decode than any picture may.
    #[error(
        "The picture takes more than 128 MiB of memory or two seconds to decode. Save it smaller or in another format."
    )]
    TooCostly,
}

/// The middle of a picture as a JPEG of 256 by 256 pixels, the right way up, without anything else that was in the
/// file. What it is, its content decides.
///
/// Beside the decoder's own memory it takes that of the pixels, and little more: the picture is cropped where it lies,
/// before it is scaled. What a decoder takes cannot be bounded from here; see [`crate::decoder`].
///
/// # Errors
/// [`PictureError`] says what is wrong with it.
pub fn square(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    let (image, orientation) = read(file)?;
    let mut image = middle(image).ok_or(PictureError::Broken)?;
    if image.width() > FILTERED_SIDE {
        image = image.thumbnail_exact(FILTERED_SIDE, FILTERED_SIDE);
    }
    // A turned square is a square: turn the small one.
    let mut square = image.resize_exact(SIDE, SIDE, FilterType::CatmullRom);
    square.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode_image(&on_white(&square))
        .map_err(|_| PictureError::Broken)?;
    Ok(jpeg)
}

/// The square in the middle.
fn middle(image: DynamicImage) -> Option<DynamicImage> {
    Some(match image {
        DynamicImage::ImageLuma8(image) => crop(image)?.into(),
        DynamicImage::ImageLumaA8(image) => crop(image)?.into(),
        DynamicImage::ImageRgb8(image) => crop(image)?.into(),
        DynamicImage::ImageRgba8(image) => crop(image)?.into(),
        DynamicImage::ImageLuma16(image) => crop(image)?.into(),
        DynamicImage::ImageLumaA16(image) => crop(image)?.into(),
        DynamicImage::ImageRgb16(image) => crop(image)?.into(),
        DynamicImage::ImageRgba16(image) => crop(image)?.into(),
        // No accepted format holds anything else.
        _ => return None,
    })
}

/// Crops to the middle in place: a copy would double what a large picture takes.
fn crop<P: Pixel>(image: ImageBuffer<P, Vec<P::Subpixel>>) -> Option<ImageBuffer<P, Vec<P::Subpixel>>> {
    let square = image.width().min(image.height());
    let length = |length: u32| usize::try_from(length).ok();
    let (width, height, side) = (length(image.width())?, length(image.height())?, length(square)?);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let samples = usize::from(P::CHANNEL_COUNT);
    let mut rows = image.into_raw();
    for row in 0..side {
        let from = ((top + row) * width + left) * samples;
        rows.copy_within(from..from + side * samples, row * side * samples);
    }
    rows.truncate(side * side * samples);
    ImageBuffer::from_raw(square, square, rows)
}

fn read(file: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let format = image::guess_format(file)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP))
        .ok_or(PictureError::Unknown)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_EXTRA_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
        return Err(PictureError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    Ok((image, orientation))
}

fn refused(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Broken,
    }
}

/// JPEG knows nothing of transparency.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let mut flat = RgbImage::new(rgba.width(), rgba.height());
    for (to, Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(rgba.pixels()) {
        let over = |colour: &u8| {
            let (colour, alpha) = (u16::from(*colour), u16::from(*alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder, RgbaImage};

    use super::*;

    /// The left half red, the right half blue.
    fn halves(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let image = RgbaImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgba([255, 0, 0, 255])
            } else {
                Rgba([0, 0, 255, 255])
            }
        });
        let mut file = Cursor::new(Vec::new());
        let image = DynamicImage::from(image);
        match format {
            ImageFormat::Jpeg => DynamicImage::from(image.to_rgb8()).write_to(&mut file, format),
            _ => image.write_to(&mut file, format),
        }
        .unwrap();
        file.into_inner()
    }

    fn opened(jpeg: &[u8]) -> RgbImage {
        assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(jpeg).unwrap().to_rgb8()
    }

    fn is_red(pixel: &Rgb<u8>) -> bool {
        pixel.0[0] > 200 && pixel.0[2] < 60
    }

    #[test]
    fn every_accepted_format_becomes_a_small_square() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let small = opened(&square(&halves(format, 640, 300)).unwrap());

            assert_eq!(small.dimensions(), (SIDE, SIDE), "{format:?}");
            assert!(is_red(small.get_pixel(20, 128)) && !is_red(small.get_pixel(236, 128)));
        }
    }

    /// A file whose middle square is green, and the rest red; `wide` or tall.
    fn green_in_the_middle<P: Pixel<Subpixel = S>, S>(wide: bool, colours: [P; 2]) -> DynamicImage
    where
        DynamicImage: From<ImageBuffer<P, Vec<S>>>,
        S: image::Primitive,
    {
        let (width, height) = if wide { (901, 40) } else { (40, 901) };
        let [red, green] = colours;
        let middle = |at: u32| at.checked_sub(430).is_some_and(|at| at < 40);
        DynamicImage::from(ImageBuffer::from_fn(width, height, |x, y| {
            if middle(if wide { x } else { y }) {
                green
            } else {
                red
            }
        }))
    }

    #[test]
    fn the_middle_is_kept_whatever_the_depth() {
        let eight = [Rgba([255_u8, 0, 0, 255]), Rgba([0, 255, 0, 255])];
        let sixteen = [
            Rgba([u16::MAX, 0, 0, u16::MAX]),
            Rgba([0x00ff, u16::MAX, 0x00ff, u16::MAX]),
        ];
        let three = [Rgb([255_u8, 0, 0]), Rgb([0, 255, 0])];
        for wide in [true, false] {
            for image in [
                green_in_the_middle(wide, eight),
                green_in_the_middle(wide, sixteen),
                green_in_the_middle(wide, three),
            ] {
                let mut file = Cursor::new(Vec::new());
                image.write_to(&mut file, ImageFormat::Png).unwrap();

                let small = opened(&square(&file.into_inner()).unwrap());

                let green = |pixel: &Rgb<u8>| pixel.0[1] > 240 && pixel.0[0] < 15 && pixel.0[2] < 15;
                assert!(small.pixels().all(green), "wide: {wide}, {:?}", image.color());
            }
        }
    }

    #[test]
    fn a_grey_picture_with_alpha_is_read() {
        let grey = ImageBuffer::from_pixel(30, 10, image::LumaA([0x4000_u16, u16::MAX]));
        let mut file = Cursor::new(Vec::new());
        DynamicImage::ImageLumaA16(grey)
            .write_to(&mut file, ImageFormat::Png)
            .unwrap();

        let small = opened(&square(&file.into_inner()).unwrap());

        assert!(
            small
                .pixels()
                .all(|Rgb([r, g, b])| [r, g, b].iter().all(|c| (60..68).contains(*c)))
        );
    }

    #[test]
    fn a_picture_is_turned_as_its_camera_says_and_keeps_no_word_of_it() {
        // A TIFF header with one entry: orientation 6, to be turned by 90 degrees to the right.
        let exif = [
            b"Exif\0\0MM\0\x2a\0\0\0\x08".as_slice(),
            b"\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
        ]
        .concat();
        let mut turned = halves(ImageFormat::Jpeg, 300, 300);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe1], length.as_slice(), &exif].concat();
        turned.splice(2..2, segment);

        let small = square(&turned).unwrap();

        assert!(!small.windows(4).any(|window| window == b"Exif"));
        let small = opened(&small);
        assert!(is_red(small.get_pixel(128, 20)) && !is_red(small.get_pixel(128, 236)));
    }

    #[test]
    fn what_shines_through_is_white() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(8, 8, Rgba([255, 0, 0, 0])));
        let mut file = Cursor::new(Vec::new());
        clear.write_to(&mut file, ImageFormat::Png).unwrap();

        let small = opened(&square(&file.into_inner()).unwrap());

        assert!(
            small
                .pixels()
                .all(|pixel| pixel.0.iter().all(|colour| *colour > 250))
        );
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = halves(ImageFormat::Png, 64, 64);

        assert_eq!(square(b""), Err(PictureError::Unknown));
        assert_eq!(square(b"<svg xmlns=\"x\"/>"), Err(PictureError::Unknown));
        assert_eq!(square(b"GIF89a\x01\0\x01\0\0\0\0"), Err(PictureError::Unknown));
        assert_eq!(square(&png[..png.len() / 2]), Err(PictureError::Broken));
        assert_eq!(
            square(&halves(ImageFormat::Jpeg, 64, 64)[..30]),
            Err(PictureError::Broken)
        );
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // 100 million white pixels in some kilobytes.
        let mut bomb = Vec::new();
        let white = vec![255; 10_000 * 10_000];
        image::codecs::png::PngEncoder::new(&mut bomb)
            .write_image(&white, 10_000, 10_000, ExtendedColorType::L8)
            .unwrap();
        drop(white);

        assert!(bomb.len() < 1024 * 1024);
        assert_eq!(square(&bomb), Err(PictureError::TooLarge));
    }
}
