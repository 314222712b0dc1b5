import Synchronization

/// The name of a type without its generic arguments. It is made once: making it takes longer than most functions do.
func typeLabel(of type: any Any.Type) -> String {
    labels.withLock { labels in
        if let known = labels[ObjectIdentifier(type)] { return known }
        let label = String(String(describing: type).prefix { $0 != "<" })
        labels[ObjectIdentifier(type)] = label
        return label
    }
}

private let labels = Mutex<[ObjectIdentifier: String]>([:])
