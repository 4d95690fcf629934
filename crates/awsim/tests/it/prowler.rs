//! The comparison file has the columns that Prowler's dashboard reads.

#[test]
fn rows_have_the_columns_of_the_header() {
    let mut out = Vec::new();
    awsim::prowler::write_csv(&mut out, 500, 7).expect("memory takes everything");
    let text = String::from_utf8(out).expect("text");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(';').collect();
    assert_eq!(header.len(), 21);
    assert_eq!((header[0], header[12], header[15]), ("PROVIDER", "STATUS", "CHECKID"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(';').collect()).collect();
    assert!(rows.len() > 500);
    assert!(rows.iter().all(|row| row.len() == 21 && ["PASS", "FAIL"].contains(&row[12])));
    let mut again = Vec::new();
    awsim::prowler::write_csv(&mut again, 500, 7).expect("memory takes everything");
    assert_eq!(text.as_bytes(), again);
}
