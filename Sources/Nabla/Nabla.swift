@_exported import NablaArray
