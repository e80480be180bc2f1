//! The same bits for any number of threads, and from run to run.

use crate::common::Folder;

#[test]
fn model_files_do_not_depend_on_threads() {
    let folder = Folder::new();
    for precision in ["f64", "f32"] {
        for (name, threads) in [("one", 1), ("two", 2), ("three", 3), ("again", 2)] {
            let line = format!("fit digits --test 0.25 --precision {precision} --threads {threads} --out {name}");
            folder.admm(&line).ok();
        }
        let models: Vec<String> =
            folder.names("one").into_iter().filter(|name| name.ends_with(".safetensors")).collect();
        assert_eq!(models.len(), 4);
        for model in models {
            let one = folder.read(&format!("one/{model}"));
            for other in ["two", "three", "again"] {
                assert!(one == folder.read(&format!("{other}/{model}")), "{precision} {model} of one and {other}");
            }
        }
    }
}
