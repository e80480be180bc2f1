use std::io::Write;

use super::*;

/// Two images of 2×2.
pub(super) fn images() -> Vec<u8> {
    [&[0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2][..], &[0, 1, 2, 3, 4, 5, 6, 255]].concat()
}

pub(super) fn image_labels() -> Vec<u8> {
    vec![0, 0, 8, 1, 0, 0, 0, 2, 7, 3]
}

/// An array as numpy writes it.
fn npy(descr: &str, fortran: bool, shape: &str, body: &[u8]) -> Vec<u8> {
    let fortran = if fortran { "True" } else { "False" };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}");
    header += &" ".repeat(63 - (header.len() + 10) % 64);
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), body].concat()
}

fn floats(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn npz(arrays: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, array) in arrays {
        let file = archive.new_file(format!("{name}.npy")).compression_method(rawzip::CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast()));
        writer.write_all(array).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

fn problem(name: &str, bytes: &[u8]) -> String {
    Sample::new(name, bytes).error().to_string()
}

#[test]
fn fault_54_npy_orders_and_types() {
    let expected = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let big: Vec<u8> = expected.iter().flat_map(|x: &f64| x.to_be_bytes()).collect();
    let single: Vec<u8> = expected.iter().flat_map(|&x| (x as f32).to_le_bytes()).collect();
    for bytes in [
        npy("<f8", false, "(2, 3)", &floats(&expected)),
        npy("<f8", true, "(2, 3)", &floats(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0])),
        npy(">f8", false, "(2, 3)", &big),
        npy("<f4", false, "(2, 3)", &single),
        npy("|u1", false, "(2, 3)", &[1, 2, 3, 4, 5, 6]),
    ] {
        let data = Sample::new("x.npy", bytes).load(&ReadOptions::default()).unwrap();
        assert_eq!((data.x.shape(), data.x.as_slice(), data.labels), ((3, 2), &expected[..], None));
        assert_eq!(data.features, ["x1", "x2", "x3"]);
    }
}

#[test]
fn fault_31_npy_labels() {
    let x = Sample::new("x.npy", npy("<f8", false, "(2, 1)", &floats(&[0.5, 1.5])));
    let text: Vec<u8> = "u\0vw".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    for (y, labels) in [
        (npy("<f8", false, "(2,)", &floats(&[-1.0, 1.0])), ["-1", "1"]),
        (npy("|i1", false, "(2, 1)", &[255, 1]), ["-1", "1"]),
        (npy("|b1", false, "(2,)", &[0, 1]), ["0", "1"]),
        (npy("<U2", false, "(2,)", &text), ["u", "vw"]),
        (npy("|S2", false, "(2,)", b"u\0vw"), ["u", "vw"]),
    ] {
        let y = x.and("y.npy", y);
        assert_eq!(pair(&x.path, &y).unwrap().labels.unwrap(), labels);
    }
    let y = x.and("y.npy", npy("<f8", false, "(2,)", &floats(&[1.0, f64::NAN])));
    assert!(pair(&x.path, &y).unwrap_err().to_string().ends_with("y.npy, row 2: the label is missing"));
}

#[test]
fn fault_09_lengths() {
    let x = Sample::new("x.npy", npy("<f8", false, "(2, 1)", &floats(&[0.5, 1.5])));
    let y = x.and("y.npy", npy("|u1", false, "(3,)", &[1, 2, 3]));
    assert!(pair(&x.path, &y).unwrap_err().to_string().ends_with("2 samples but 3 labels"));
}

#[test]
fn fault_12_54_npy_shapes() {
    for (shape, problem) in [
        ("(9223372036854775807, 4)", "is too large"),
        ("(99999999999999999999, 1)", "is too large"),
        ("(0, 9223372036854775807, 4)", "is too large"),
        ("(0, 1099511627776)", "is too large"),
        ("(-1, 4)", "negative dimension -1"),
        ("(2.5, 4)", "not an integer"),
        ("(8,)", "expected samples × features"),
        ("[2, 4]", "no shape"),
        ("(1099511627776, 4)", "truncated"),
        ("(0, 4)", "no rows of data"),
    ] {
        let body = if shape == "(8,)" { vec![0; 8] } else { Vec::new() };
        let found = Sample::new("x.npy", npy("|u1", false, shape, &body)).error().to_string();
        assert!(found.contains(problem), "{shape}: {found}");
    }
}

#[test]
fn fault_54_npy_damage() {
    let good = npy("<f8", false, "(2, 1)", &floats(&[1.0, 2.0]));
    assert!(problem("x.npy", &good[..good.len() - 1]).contains("promises 144 bytes, found 143"));
    assert!(problem("x.npy", &[&good[..], b"?"].concat()).contains("1 bytes after the array"));
    assert!(problem("x.npy", b"PK\x03\x04....").contains("magic number"));
    assert!(problem("x.npy", &good[..20]).contains("cannot read"));
    assert!(problem("x.npy", &npy("|O", false, "(2, 1)", b"pickle")).contains("'|O' is not supported"));
    assert!(problem("x.npy", &npy("<c16", false, "(1, 1)", &[0; 16])).contains("'<c16' is not supported"));
    assert!(problem("x.npy", &npy(&"(".repeat(9000), false, "(2, 1)", &[])).contains("not one that numpy writes"));
    let long = [b"\x93NUMPY\x02\x00".as_slice(), &u32::MAX.to_le_bytes()].concat();
    assert!(problem("x.npy", &long).contains("header of 4294967295 bytes"));
    for end in 0..good.len() {
        Sample::new("x.npy", &good[..end]).error();
    }
}

#[test]
fn fault_13_npy_not_finite() {
    let found = problem("x.npy", &npy("<f8", false, "(2, 2)", &floats(&[1.0, 2.0, 3.0, f64::NAN])));
    assert!(found.ends_with("row 2, column `x2`: NaN is not finite (1 such values in all)"), "{found}");
}

#[test]
fn npz_by_the_usual_names() {
    let x = npy("<f8", false, "(2, 1)", &floats(&[0.5, 1.5]));
    let y = npy("|u1", false, "(2,)", &[4, 2]);
    for (x_name, y_name) in [("X", "y"), ("x", "labels"), ("data", "target")] {
        let data = Sample::new("a.npz", npz(&[(y_name, &y), (x_name, &x)])).load(&ReadOptions::default()).unwrap();
        assert_eq!((data.x.as_slice(), data.labels.unwrap().join(" ")), (&[0.5, 1.5][..], "4 2".into()));
    }
    let mut elsewhere = npz(&[("up/X", &x), ("Z", &y)]);
    let names: Vec<usize> = (4..elsewhere.len()).filter(|&end| elsewhere[..end].ends_with(b"up/X")).collect();
    assert_eq!(names.len(), 2, "one name before the array, one in the directory");
    names.into_iter().for_each(|end| elsewhere[end - 4..end].copy_from_slice(b"../X"));
    let found = problem("a.npz", &elsewhere);
    assert!(found.contains("no array is named X, x or data") && found.contains("../X"), "{found}");
}

#[test]
fn fault_55_npz_damage() {
    let zeros = vec![0; 1 << 20];
    let bomb = npy("|u1", false, "(1099511627776, 1048576)", &zeros);
    assert!(problem("a.npz", &npz(&[("X", &bomb)])).contains("truncated"));
    let good = npz(&[("X", &npy("<f8", false, "(2, 1)", &floats(&[1.0, 2.0])))]);
    let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let mut wrong = good.clone();
    wrong[directory + 16] ^= 1;
    let found = problem("a.npz", &wrong);
    assert!(found.contains("cannot read") && found.contains("a.npz/X: Invalid checksum: expected 0x"), "{found}");
    for bytes in [&good[..directory], b""] {
        assert!(problem("a.npz", bytes).contains("not a readable archive"));
    }
    for i in 0..good.len() {
        let mut flipped = good.clone();
        flipped[i] ^= 0xff;
        let _ = Sample::new("a.npz", flipped).load(&ReadOptions::default());
    }
}

#[test]
fn fault_55_npz_claims() {
    let good = npz(&[("X", &npy("<f8", false, "(2, 1)", &floats(&[1.0, 2.0])))]);
    let directory = good.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    for (place, byte, problem) in [
        (8, 1, "a.npz/X: the array is encrypted"),
        (10, 12, "a.npz/X: compression method 12 (BZIP2) is not supported"),
        (24, 143, "a.npz/X: Invalid size: expected 143, got 144"),
        (24, 145, "1 bytes after the array"),
    ] {
        let mut wrong = good.clone();
        wrong[directory + place] = byte;
        let found = self::problem("a.npz", &wrong);
        assert!(found.contains(problem), "{found}");
    }
}

#[test]
fn idx_pair() {
    let x = Sample::new("train-images-idx3-ubyte.gz", gzip(&images()));
    let y = x.and("train-labels-idx1-ubyte", image_labels());
    let data = pair(&x.path, &y).unwrap();
    assert_eq!((data.x.shape(), data.x.column(1).as_slice()), ((4, 2), &[4.0, 5.0, 6.0, 255.0][..]));
    assert_eq!(data.labels.unwrap(), ["7", "3"]);
    assert_eq!(x.load(&ReadOptions::default()).unwrap().labels, None);
}

#[test]
fn fault_56_idx_damage() {
    let good = images();
    assert!(problem("a-ubyte", &image_labels()).contains("magic number [00, 00, 08, 01], expected [00, 00, 08, 03]"));
    assert!(problem("a-ubyte", &good[..23]).contains("promises 8 bytes, found 7"));
    assert!(problem("a-ubyte", &[&good[..], b"?"].concat()).contains("more than the 8 bytes"));
    assert!(problem("a-ubyte", &good[..9]).contains("ends inside the header"));
    let x = Sample::new("x-ubyte", &good);
    let y = x.and("y-ubyte", [0, 0, 8, 1, 0, 0, 0, 1, 7]);
    assert!(pair(&x.path, &y).unwrap_err().to_string().ends_with("2 samples but 1 labels"));
}

#[test]
fn fault_12_idx_too_large() {
    for count in [0, 0xff] {
        let mut bytes = vec![0xff; 16];
        bytes[..8].copy_from_slice(&[0, 0, 8, 3, count, count, count, count]);
        assert!(problem("a-ubyte", &bytes).contains("18446744065119617025 columns is too large"));
    }
}

#[test]
fn a_pair_of_other_files() {
    let x = Sample::new("x.csv", "1,2\n");
    let y = x.and("y.csv", "1\n");
    assert!(pair(&x.path, &y).unwrap_err().to_string().contains("two .npy or two IDX files"));
}

#[test]
fn numpy_writes_what_is_read() {
    let array = include_bytes!("numpy/x.npy");
    let (stored, deflated) = (include_bytes!("numpy/stored.npz"), include_bytes!("numpy/deflated.npz"));
    for (name, bytes) in [("x.npy", &array[..]), ("stored.npz", &stored[..]), ("deflated.npz", &deflated[..])] {
        let data = Sample::new(name, bytes).load(&ReadOptions::default()).unwrap();
        let bits: Vec<u64> = data.x.iter().map(|x| x.to_bits()).collect();
        assert_eq!(bits, [1.0, f64::MIN_POSITIVE, -0.0, 1e300].map(f64::to_bits), "{name}");
        assert_eq!(data.labels, name.ends_with(".npz").then(|| vec!["u".into(), "vw".into()]), "{name}");
    }
}

#[test]
fn numbers_of_one_dimension_keep_every_bit() {
    let numbers = [0.1, -1e-300, 3.0, 1.0 / 3.0];
    let sample = Sample::new("b.npy", npy("<f8", false, "(4,)", &floats(&numbers)));
    assert_eq!(read_numbers(&sample.path).unwrap(), numbers);
    let words = Sample::new("b.npy", npy("|S2", false, "(1,)", b"ab"));
    assert!(read_numbers(&words.path).unwrap_err().to_string().ends_with("b.npy: `ab` is not a number"));
}
